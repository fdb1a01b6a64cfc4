package io.lockkeeper.runbook;

import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.Period;
import java.time.ZoneId;
import java.util.List;
import java.util.OptionalDouble;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// The machine-readable runbook: which checks, gates, stages, signals and messages a release goes
/// through.
/// A request names it and cannot weaken it; its digest is part of `ReleaseAccepted`.
///
/// Components that a file leaves out get the defaults given here, so a short file is a complete
/// one.
///
/// @param relaxed why this runbook asks for less than the house rule (an observation of less than
/// 30 minutes,
///                say); the log shows every relaxed line as waived. Null when nothing is relaxed
public record Runbook(
    String name,
    List<Precondition> preconditions,
    Gates gates,
    Rollout rollout,
    Monitoring monitoring,
    Rollback rollback,
    Communication communication,
    PostDeployment postDeployment,
    @Nullable Relaxed relaxed) {

  /// M1: the shortest observation after full rollout that needs no `relaxed`.
  public static final Duration MINIMUM_VALIDATION = Duration.ofMinutes(30);

  public Runbook {
    preconditions = List.copyOf(orElse(preconditions, List.of()));
    gates = orElse(gates, Gates.STANDARD);
    rollback = orElse(rollback, Rollback.STANDARD);
    communication = orElse(communication, Communication.STANDARD);
    postDeployment = orElse(postDeployment, PostDeployment.STANDARD);
  }

  /// PRE1–PRE4: one check that evidence must have passed.
  ///
  /// @param check the name of the evidence that answers it
  public record Precondition(RunbookLine line, String check) {}

  /// G1–G4 and the clearance.
  ///
  /// @param freezes     periods in which nothing starts and clearances end, unless G3 was approved
  /// @param lease       how long a clearance lasts unless renewed; renewed at half time. Default
  /// PT10M
  /// @param startWithin how long an accepted release may wait for its gates before it is blocked.
  /// Default P7D
  public record Gates(
      Readiness readiness,
      Baseline baseline,
      Approval approval,
      List<Freeze> freezes,
      Duration lease,
      Duration startWithin) {

    /// What holds when the runbook says nothing.
    public static final Gates STANDARD =
        new Gates(
            Readiness.STANDARD,
            Baseline.STANDARD,
            Approval.STANDARD,
            List.of(),
            Duration.ofMinutes(10),
            Duration.ofDays(7));

    public Gates {
      readiness = orElse(readiness, Readiness.STANDARD);
      baseline = orElse(baseline, Baseline.STANDARD);
      approval = orElse(approval, Approval.STANDARD);
      freezes = List.copyOf(orElse(freezes, List.of()));
      lease = orElse(lease, Duration.ofMinutes(10));
      startWithin = orElse(startWithin, Duration.ofDays(7));
    }
  }

  /// G1: what the readiness review asks of the request.
  ///
  /// @param checks evidence that must have passed, by name, besides the declared scope
  public record Readiness(List<String> checks) {

    /// What holds when the runbook says nothing: the declared scope alone.
    public static final Readiness STANDARD = new Readiness(List.of());

    public Readiness {
      checks = List.copyOf(orElse(checks, List.of()));
    }
  }

  /// G2: the health baseline.
  ///
  /// @param window      how much telemetry it covers. Default PT10M
  /// @param maxAge      how old it may be when the release is cleared. Default PT1H
  /// @param retryAfter  how long after a refused baseline the next one is asked for. Default PT1M
  /// @param earlierDays of how many days before, each 24 hours, the same hour is looked at, where
  ///                    the source has it; 0 to 14. Default 7
  public record Baseline(
      Duration window, Duration maxAge, Duration retryAfter, Integer earlierDays) {

    /// What holds when the runbook says nothing.
    public static final Baseline STANDARD =
        new Baseline(Duration.ofMinutes(10), Duration.ofHours(1), Duration.ofMinutes(1), 7);

    public Baseline {
      window = orElse(window, Duration.ofMinutes(10));
      maxAge = orElse(maxAge, Duration.ofHours(1));
      retryAfter = orElse(retryAfter, Duration.ofMinutes(1));
      earlierDays = orElse(earlierDays, 7);
    }
  }

  /// G3: who must say yes, and when.
  ///
  /// @param when   default `ELEVATED`
  /// @param quorum how many different people. Default 1
  /// @param expiry how long a request for approval stays open. Default P2D
  public record Approval(When when, Integer quorum, Duration expiry) {

    /// What holds when the runbook says nothing.
    public static final Approval STANDARD = new Approval(When.ELEVATED, 1, Duration.ofDays(2));

    /// When G3 asks for a person.
    public enum When {
      NEVER,
      /// For requests that call themselves elevated, and in a freeze.
      ELEVATED,
      ALWAYS
    }

    public Approval {
      when = orElse(when, When.ELEVATED);
      quorum = orElse(quorum, 1);
      expiry = orElse(expiry, Duration.ofDays(2));
    }
  }

  /// A period in which releases wait.
  public record Freeze(Instant from, Instant until, String reason) {

    /// Whether the freeze is on at this time.
    public boolean covers(Instant now) {
      return !now.isBefore(from) && now.isBefore(until);
    }
  }

  /// D2–D4: the way forward.
  ///
  /// @param infrastructure ordered steps before any application stage; the request may add its own
  /// @param strategy       default `CANARY`, and the only one that is carried out so far
  /// @param applyWithin    how long the target may take to apply one step. Default PT5M
  /// @param announceWithin how long after clearance the announcement may take (D1). Default PT5M
  /// @param onRevoked      what a revoked clearance does to a stage under way. Default `HOLD`
  public record Rollout(
      List<InfrastructureStep> infrastructure,
      Strategy strategy,
      List<StagePlan> stages,
      Target target,
      Duration applyWithin,
      Duration announceWithin,
      OnRevoked onRevoked) {

    /// How traffic moves.
    public enum Strategy {
      CANARY,
      BLUE_GREEN
    }

    /// What a revoked clearance does to a stage under way.
    public enum OnRevoked {
      HOLD,
      FINISH_STAGE,
      BACK
    }

    public Rollout {
      infrastructure = List.copyOf(orElse(infrastructure, List.of()));
      strategy = orElse(strategy, Strategy.CANARY);
      stages = List.copyOf(stages);
      applyWithin = orElse(applyWithin, Duration.ofMinutes(5));
      announceWithin = orElse(announceWithin, Duration.ofMinutes(5));
      onRevoked = orElse(onRevoked, OnRevoked.HOLD);
    }
  }

  /// D2: one infrastructure change (a schema migration, a network rule), run by the target.
  ///
  /// @param reversible whether the target can undo it; one that is not needs a backup to go back
  /// (R3)
  public record InfrastructureStep(String name, boolean reversible) {}

  /// D3/D4: one traffic stage.
  ///
  /// @param weight  the candidate's share, percent, 1–100, rising from stage to stage, 100 at last
  /// @param bake    how much observed time it must have. Default PT0S
  /// @param maxBake how much observed time it may take when traffic is thin. Default three times
  /// `bake`
  public record StagePlan(int weight, Duration bake, Duration maxBake) {
    public StagePlan {
      bake = orElse(bake, Duration.ZERO);
      maxBake = orElse(maxBake, bake.multipliedBy(3));
    }
  }

  /// What the rollout moves.
  ///
  /// @param kind `webhook`
  /// @param url  where its control API answers; its host must be one the operators of
  /// rollout-service allow
  public record Target(String kind, URI url) {}

  /// G2, D4, M1, M2: what is watched, and for how long. Numbers come either straight from the
  /// instances, which are then named, or from sources that have them already.
  ///
  /// @param interval   time between two looks. Default PT15S
  /// @param stable     metrics of every instance of the stable version; empty when there are
  /// sources
  /// @param candidate  metrics of every instance of the candidate; empty when there are sources
  /// @param validation observed time at full traffic before the release is verified (M1). Default
  /// PT30M
  /// @param hold       how long a release holds before a person is asked. Default PT10M
  /// @param answer     how long a person may take. Default PT30M
  /// @param otherwise  what follows when nobody answers during stages. Default `GO_BACK`
  /// @param thin       what follows when traffic stays too thin to judge: `ADVANCE`, or `WAIT` to
  /// ask. Default `WAIT`
  /// @param sources    where signals are read; the first unless a signal names another. Default
  /// none
  /// @param budgets    the error budgets that a release may spend from. Default none
  /// @param observability how it is confirmed that the deployed version can be observed (M3); null
  /// when the runbook does not ask for it
  /// @param requireEvidence whether a verdict passes only once harm is ruled out for the critical
  /// signals of errors and durations: after `bake` when that is so, else until `maxBake`. Default
  /// false: nothing worse was found in what was measured
  public record Monitoring(
      Duration interval,
      List<URI> stable,
      List<URI> candidate,
      List<Signal> signals,
      Duration validation,
      Duration hold,
      Duration answer,
      Choice otherwise,
      Choice thin,
      List<MetricSource> sources,
      Budgets budgets,
      @Nullable Observability observability,
      Boolean requireEvidence) {
    public Monitoring {
      interval = orElse(interval, Duration.ofSeconds(15));
      stable = List.copyOf(orElse(stable, List.of()));
      candidate = List.copyOf(orElse(candidate, List.of()));
      signals = List.copyOf(orElse(signals, Signal.RED));
      validation = orElse(validation, MINIMUM_VALIDATION);
      hold = orElse(hold, Duration.ofMinutes(10));
      answer = orElse(answer, Duration.ofMinutes(30));
      otherwise = orElse(otherwise, Choice.GO_BACK);
      thin = orElse(thin, Choice.WAIT);
      sources = List.copyOf(orElse(sources, List.of()));
      budgets = orElse(budgets, Budgets.NONE);
      requireEvidence = orElse(requireEvidence, false);
    }

    /// Monitoring that reads straight from the instances.
    public Monitoring(
        Duration interval,
        List<URI> stable,
        List<URI> candidate,
        List<Signal> signals,
        Duration validation,
        Duration hold,
        Duration answer,
        Choice otherwise,
        Choice thin) {
      this(
          interval,
          stable,
          candidate,
          signals,
          validation,
          hold,
          answer,
          otherwise,
          thin,
          List.of(),
          Budgets.NONE,
          null,
          false);
    }
  }

  /// G2, D4: the error budgets that a release may spend from. A file names OpenSLO v1 documents;
  /// what they come to stands here, so that the runbook's digest covers it.
  ///
  /// @param floor how much of a budget must stay, a fraction of it. Default 0: it may be spent, not
  ///              overdrawn
  /// @param prometheus where objectives are asked that name no data source; null when each names
  ///              one
  /// @param slos  one for each objective
  public record Budgets(Double floor, @Nullable URI prometheus, List<Slo> slos) {

    /// What holds when the runbook says nothing: no budget limits a release.
    public static final Budgets NONE = new Budgets(0.0, null, List.of());

    public Budgets {
      floor = orElse(floor, 0.0);
      slos = List.copyOf(orElse(slos, List.of()));
    }
  }

  /// D4: an objective of an OpenSLO document, ready to be asked for. Both queries hold the
  /// placeholder [#WINDOW] for the length of time they count over.
  ///
  /// @param name      as in the document; with several objectives each has its own
  /// @param service   the service that the document names; for people
  /// @param source    the Prometheus that answers
  /// @param query     PromQL for the events of the kind `counts` names
  /// @param total     PromQL for all events
  /// @param perSecond whether both queries give events per second and not their number
  /// @param target    the share of good events that is promised, `0 <= target < 1`
  /// @param window    the rolling time over which it is promised; of a calendar window about how
  ///                  long its periods are
  /// @param calendar  when its periods begin; null for a rolling window
  public record Slo(
      String name,
      String service,
      URI source,
      Counts counts,
      String query,
      String total,
      boolean perSecond,
      double target,
      Duration window,
      @Nullable Calendar calendar) {

    /// Stands in a query for the length of time that it counts over.
    public static final String WINDOW = "{{.window}}";

    /// Which events the query finds.
    public enum Counts {
      GOOD,
      BAD
    }

    /// The periods of a calendar window: one begins at `start`, and one every `length` before and
    /// after it, by the clocks of `zone`. Months are counted from `start`, so after the 31st of
    /// January comes the last of February, and then the 31st of March.
    public record Calendar(LocalDateTime start, ZoneId zone, Period length) {
      public Calendar {
        if (length.isZero() || length.isNegative()) {
          throw new IllegalArgumentException("a period is longer than nothing: " + length);
        }
      }
    }

    /// An objective of a rolling window.
    public Slo(
        String name,
        String service,
        URI source,
        Counts counts,
        String query,
        String total,
        boolean perSecond,
        double target,
        Duration window) {
      this(name, service, source, counts, query, total, perSecond, target, window, null);
    }

    public Slo {
      if (!(target >= 0 && target < 1)) {
        throw new IllegalArgumentException("a target is within 0 and less than 1: " + target);
      }
      if (!window.isPositive()) {
        throw new IllegalArgumentException("a window is longer than nothing: " + window);
      }
    }
  }

  /// G2, M1: a store of metrics that knows every instance of both versions.
  ///
  /// @param name       how signals name it
  /// @param kind       how it is asked
  /// @param url        its address, with the prefix when it has one; its host must be one that the
  ///                   operators of monitor-service allow
  /// @param selector   label matchers that select the series of the service, as between braces
  /// @param version    the label that tells the version. Default `version`
  /// @param instance   the label that tells the instance. Default `instance`
  /// @param staleAfter an instance whose newest sample is older counts as missing. Default four
  ///                   intervals of monitoring
  public record MetricSource(
      String name,
      Kind kind,
      URI url,
      String selector,
      String version,
      String instance,
      @Nullable Duration staleAfter) {

    /// How a source is asked.
    public enum Kind {
      /// The HTTP API of Prometheus, which Thanos, Mimir and others have, too.
      PROMETHEUS
    }

    public MetricSource {
      version = orElse(version, "version");
      instance = orElse(instance, "instance");
    }
  }

  /// One watched signal.
  ///
  /// @param metric   the metric family it is read from, without suffixes; null when it has a query
  /// @param kind     what the numbers mean
  /// @param critical whether a breach of it halts the release (R1). Default true
  /// @param query    the PromQL that shows its counters by instance, in place of `metric`
  /// @param source   the name of the source it is read from; null for the first
  /// @param of       what a KPI's events are counted of, how many a value's amounts are of, or the
  ///                 size of what a saturation is of: a metric family, or a query where the signal
  ///                 has one; the size may be a number. Null for requests, for the amounts' own
  ///                 count where there is one, and for a gauge that is a share already
  /// @param worse    whether more or fewer of a KPI's events are worse, or a value that rises or
  ///                 falls; null for fewer
  /// @param margin   the smallest worsening that matters, as a fraction (0.2 = 20 % worse); null
  ///                 for the kind's own
  /// @param noData   what follows when it is not measured. Default `HOLD` for a critical one,
  ///                 `IGNORE` for others
  public record Signal(
      String name,
      @Nullable String metric,
      Kind kind,
      Boolean critical,
      @Nullable String query,
      @Nullable String source,
      @Nullable String of,
      @Nullable Worse worse,
      @Nullable Double margin,
      Absence noData) {

    /// What the numbers of a signal mean.
    public enum Kind {
      /// Requests by status; failures are those of status 5xx.
      ERRORS,
      /// A histogram of seconds.
      DURATION,
      /// Requests per share of traffic.
      RATE,
      /// CPU seconds per request.
      CPU,
      /// Bytes per instance.
      MEMORY,
      /// A counter of business events per request, or of what it names (a KPI).
      KPI,
      /// How full something is at an instance: a pool, a queue. A gauge of 0 to 1, or one of the
      /// size that it names.
      SATURATION,
      /// What business events come to on average: a counter of amounts, of how many it names.
      VALUE
    }

    /// Which way is worse.
    public enum Worse {
      /// More events: payments declined, orders cancelled. Or that they come to more.
      MORE,
      /// Fewer events: orders booked. Or that they come to less.
      FEWER
    }

    /// What a signal without data means.
    public enum Absence {
      /// No baseline is taken without it (G2), and no verdict passes (D4, M1).
      HOLD,
      /// Nothing: what else is measured decides.
      IGNORE;

      private static Absence of(boolean critical) {
        return critical ? HOLD : IGNORE;
      }
    }

    private static final Pattern NUMBER = Pattern.compile("[0-9]{1,12}([.][0-9]{1,6})?");

    /// What is watched when the runbook names nothing: rate, errors, duration.
    public static final List<Signal> RED =
        List.of(
            new Signal("errors", "http_requests", Kind.ERRORS, true),
            new Signal("duration", "http_request_duration_seconds", Kind.DURATION, true),
            new Signal("rate", "http_requests", Kind.RATE, false));

    public Signal {
      critical = orElse(critical, true);
      noData = orElse(noData, Absence.of(critical));
    }

    /// A signal with its kind's own margin and its criticality's own meaning of no data.
    public Signal(
        String name,
        @Nullable String metric,
        Kind kind,
        @Nullable Boolean critical,
        @Nullable String query,
        @Nullable String source) {
      this(
          name,
          metric,
          kind,
          orElse(critical, true),
          query,
          source,
          null,
          null,
          null,
          Absence.of(orElse(critical, true)));
    }

    /// A signal that is read from a metric family, at the first source or the instances.
    public Signal(String name, String metric, Kind kind, Boolean critical) {
      this(name, metric, kind, critical, null, null);
    }

    /// The size of what a saturation is of, when the runbook knows it: 1 when its gauge is a share
    /// already; empty when it is another series, and for all other kinds.
    public OptionalDouble size() {
      if (kind != Kind.SATURATION) {
        return OptionalDouble.empty();
      }
      if (of == null) {
        return OptionalDouble.of(1);
      }
      return isNumber() ? OptionalDouble.of(Double.parseDouble(of)) : OptionalDouble.empty();
    }

    private boolean isNumber() {
      return kind == Kind.SATURATION && of != null && NUMBER.matcher(of).matches();
    }

    /// What a KPI's events are counted of, how many a value's amounts are of, or the size of what a
    /// saturation is of, as a signal; null when that is no series of its own.
    public @Nullable Signal trials() {
      return of == null || isNumber()
          ? null
          : new Signal(
              "trials of " + name,
              metric == null ? null : of,
              kind,
              critical,
              metric == null ? of : null,
              source,
              null,
              null,
              null,
              noData);
    }
  }

  /// R2–R3: the way back.
  ///
  /// @param method  default `REDEPLOY`
  /// @param script  the documented rollback script, when that is the method; it must be among the
  /// request's backout scripts
  /// @param attemptWithin how long one attempt of one step may take before it counts as failed.
  /// Default PT5M
  public record Rollback(Method method, @Nullable String script, Duration attemptWithin) {

    /// What holds when the runbook says nothing.
    public static final Rollback STANDARD =
        new Rollback(Method.REDEPLOY, null, Duration.ofMinutes(5));

    /// How to go back.
    public enum Method {
      /// The last stable artifact takes all traffic again.
      REDEPLOY,
      /// The documented script runs after traffic went back.
      SCRIPT
    }

    public Rollback {
      method = orElse(method, Method.REDEPLOY);
      attemptWithin = orElse(attemptWithin, Duration.ofMinutes(5));
    }
  }

  /// D1, C1–C3, R4, R5: who is told.
  ///
  /// @param channel   the deployment channel, by the name it has in notification-service's
  /// configuration. Default `feed`
  /// @param audiences whom the announcement addresses
  /// @param mandatory whether a release waits for its announcement. Default true
  /// @param incidents the incident tracker, by configured name. Default `feed`
  public record Communication(
      String channel, List<String> audiences, Boolean mandatory, String incidents) {

    /// What holds when the runbook says nothing.
    public static final Communication STANDARD = new Communication("feed", List.of(), true, "feed");

    public Communication {
      channel = orElse(channel, "feed");
      audiences = List.copyOf(orElse(audiences, List.of()));
      mandatory = orElse(mandatory, true);
      incidents = orElse(incidents, "feed");
    }
  }

  /// P1–P4.
  ///
  /// @param closeWithin how long after settlement the log waits for late facts before it closes.
  /// Default P1D
  public record PostDeployment(Duration closeWithin) {

    /// What holds when the runbook says nothing.
    public static final PostDeployment STANDARD = new PostDeployment(Duration.ofDays(1));

    public PostDeployment {
      closeWithin = orElse(closeWithin, Duration.ofDays(1));
    }
  }

  /// Why a runbook asks for less than the house rule.
  public record Relaxed(String reason) {}

  private static <T> T orElse(@Nullable T given, T otherwise) {
    return given == null ? otherwise : given;
  }
}
