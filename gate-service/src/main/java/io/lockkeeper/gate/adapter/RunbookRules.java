package io.lockkeeper.gate.adapter;

import io.lockkeeper.events.GateEvent.Problem;
import io.lockkeeper.runbook.Observability;
import io.lockkeeper.runbook.Placeholders;
import io.lockkeeper.runbook.QueryTemplate;
import io.lockkeeper.runbook.QueryTemplate.Placeholder;
import io.lockkeeper.runbook.Runbook;
import io.lockkeeper.runbook.Runbook.Freeze;
import io.lockkeeper.runbook.Runbook.InfrastructureStep;
import io.lockkeeper.runbook.Runbook.MetricSource;
import io.lockkeeper.runbook.Runbook.Monitoring;
import io.lockkeeper.runbook.Runbook.Precondition;
import io.lockkeeper.runbook.Runbook.Rollback;
import io.lockkeeper.runbook.Runbook.Rollout;
import io.lockkeeper.runbook.Runbook.Signal;
import io.lockkeeper.runbook.Runbook.StagePlan;
import io.lockkeeper.runbook.RunbookLine;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/// What a runbook must hold beyond its schema.
final class RunbookRules {

  private static final Duration LONGEST = Duration.ofDays(366);
  private static final Duration SECOND = Duration.ofSeconds(1);
  // A lease that ends before a renewal can be heard of revokes itself all the time.
  private static final Duration SHORTEST_LEASE = Duration.ofSeconds(10);
  private static final Duration LONGEST_ANSWER = Duration.ofSeconds(30);
  private static final int MOST_STAGES = 50;
  private static final Duration LONGEST_STALE = Duration.ofMinutes(10);

  private final List<Problem> problems = new ArrayList<>();
  private final Runbook runbook;

  private RunbookRules(Runbook runbook) {
    this.runbook = runbook;
  }

  /// What is wrong, with pointers into the file.
  static List<Problem> problems(Runbook runbook) {
    RunbookRules rules = new RunbookRules(runbook);
    rules.preconditions();
    rules.gates(runbook.gates());
    rules.rollout(runbook.rollout());
    rules.monitoring(runbook.monitoring());
    rules.rollback(runbook.rollback());
    rules.within(
        "/postDeployment/closeWithin", runbook.postDeployment().closeWithin(), Duration.ZERO);
    return rules.problems;
  }

  private void preconditions() {
    Set<Precondition> seen = new HashSet<>();
    List<Precondition> all = runbook.preconditions();
    for (int i = 0; i < all.size(); i++) {
      require(seen.add(all.get(i)), "/preconditions/" + i, "is there twice");
    }
    for (RunbookLine line :
        List.of(RunbookLine.PRE1, RunbookLine.PRE2, RunbookLine.PRE3, RunbookLine.PRE4)) {
      boolean checked = all.stream().anyMatch(asked -> asked.line() == line);
      require(
          checked || runbook.relaxed() != null,
          "/preconditions",
          "nothing checks "
              + line
              + " ("
              + line.title()
              + "); leaving it out needs 'relaxed' with a reason");
    }
  }

  private void gates(Runbook.Gates gates) {
    within("/gates/lease", gates.lease(), SHORTEST_LEASE);
    within("/gates/startWithin", gates.startWithin(), SECOND);
    within("/gates/baseline/window", gates.baseline().window(), SECOND);
    within("/gates/baseline/maxAge", gates.baseline().maxAge(), SECOND);
    within("/gates/baseline/retryAfter", gates.baseline().retryAfter(), SECOND);
    within("/gates/approval/expiry", gates.approval().expiry(), SECOND);
    for (int i = 0; i < gates.freezes().size(); i++) {
      Freeze freeze = gates.freezes().get(i);
      require(
          freeze.from().isBefore(freeze.until()),
          "/gates/freezes/" + i + "/until",
          "is not after its beginning");
    }
  }

  private void rollout(Rollout rollout) {
    require(
        rollout.strategy() == Rollout.Strategy.CANARY,
        "/rollout/strategy",
        "only canary is carried out so far");
    Set<String> names = new HashSet<>();
    List<InfrastructureStep> steps = rollout.infrastructure();
    for (int i = 0; i < steps.size(); i++) {
      require(
          names.add(steps.get(i).name()),
          "/rollout/infrastructure/" + i + "/name",
          "is there twice");
    }
    List<StagePlan> stages = rollout.stages();
    int weight = 0;
    for (int i = 0; i < stages.size(); i++) {
      StagePlan stage = stages.get(i);
      String at = "/rollout/stages/" + i;
      require(
          stage.weight() > weight,
          at + "/weight",
          stage.weight() + " does not rise above the " + weight + " before it");
      weight = stage.weight();
      within(at + "/bake", stage.bake(), Duration.ZERO);
      within(at + "/maxBake", stage.maxBake(), Duration.ZERO);
      require(
          stage.maxBake().compareTo(stage.bake()) >= 0,
          at + "/maxBake",
          "is shorter than the bake of " + stage.bake());
    }
    require(weight == 100, "/rollout/stages", "the last stage has " + weight + " percent, not 100");
    require(
        stages.size() + steps.size() <= MOST_STAGES,
        "/rollout",
        "has more than " + MOST_STAGES + " stages with its infrastructure");
    require(rollout.target().kind().equals("webhook"), "/rollout/target/kind", "is not known");
    within("/rollout/applyWithin", rollout.applyWithin(), SECOND);
    within("/rollout/announceWithin", rollout.announceWithin(), SECOND);
  }

  private void monitoring(Monitoring monitoring) {
    Set<String> names = new HashSet<>();
    List<Signal> signals = monitoring.signals();
    for (int i = 0; i < signals.size(); i++) {
      require(
          names.add(signals.get(i).name()), "/monitoring/signals/" + i + "/name", "is there twice");
      signal("/monitoring/signals/" + i, signals.get(i), monitoring.sources());
    }
    sources(monitoring);
    require(
        signals.stream().anyMatch(Signal::critical) || runbook.relaxed() != null,
        "/monitoring/signals",
        "no signal is critical, so nothing would halt a release (R1);"
            + " that needs 'relaxed' with a reason");
    require(
        monitoring.validation().compareTo(Runbook.MINIMUM_VALIDATION) >= 0
            || runbook.relaxed() != null,
        "/monitoring/validation",
        monitoring.validation()
            + " is less than "
            + Runbook.MINIMUM_VALIDATION
            + " (M1); that needs 'relaxed' with a reason");
    within("/monitoring/validation", monitoring.validation(), SECOND);
    within("/monitoring/interval", monitoring.interval(), SECOND);
    within("/monitoring/hold", monitoring.hold(), SECOND);
    within("/monitoring/answer", monitoring.answer(), SECOND);
    if (monitoring.observability() != null) {
      observability(monitoring.observability());
    }
  }

  private void observability(Observability asked) {
    String at = "/monitoring/observability";
    within(at + "/within", asked.within(), SECOND);
    Observability.Alerting alerting = asked.alerting();
    if (alerting != null) {
      alerting
          .labels()
          .forEach((name, value) -> placeholders(at + "/alerting/labels/" + name, value));
      for (int i = 0; i < alerting.rules().size(); i++) {
        placeholders(at + "/alerting/rules/" + i, alerting.rules().get(i));
      }
      if (alerting.receiver() != null) {
        placeholders(at + "/alerting/receiver", alerting.receiver());
      }
    }
    for (int i = 0; i < asked.synthetic().size(); i++) {
      Observability.Synthetic synthetic = asked.synthetic().get(i);
      String here = at + "/synthetic/" + i;
      require(
          synthetic.timeout().compareTo(Duration.ZERO) > 0
              && synthetic.timeout().compareTo(LONGEST_ANSWER) <= 0,
          here + "/timeout",
          synthetic.timeout() + " is not above zero and at most " + LONGEST_ANSWER);
      require(
          synthetic.expect().header() == null || synthetic.expect().pointer() == null,
          here + "/expect",
          "the value is in a header or at a pointer, not both");
      placeholders(here + "/expect/value", synthetic.expect().value());
    }
  }

  private void placeholders(String pointer, String text) {
    List<String> unknown = Placeholders.unknown(text);
    require(
        unknown.isEmpty(),
        pointer,
        "names "
            + String.join(", ", unknown)
            + "; known are {{service}}, {{name}}, {{environment}} and {{version}}");
  }

  private void sources(Monitoring monitoring) {
    boolean instances = !monitoring.stable().isEmpty() || !monitoring.candidate().isEmpty();
    if (monitoring.sources().isEmpty()) {
      require(
          !monitoring.stable().isEmpty() && !monitoring.candidate().isEmpty(),
          "/monitoring",
          instances
              ? "names instances of one version only; it needs both stable and candidate"
              : "says nowhere to look: it needs instances (stable and candidate) or sources");
      return;
    }
    require(
        !instances,
        "/monitoring/sources",
        "numbers come from sources or from instances (stable, candidate), not from both");
    Map<String, String> families = new HashMap<>();
    for (int i = 0; i < monitoring.signals().size(); i++) {
      Signal signal = monitoring.signals().get(i);
      String from =
          signal.source() == null ? monitoring.sources().getFirst().name() : signal.source();
      require(
          signal.metric() == null
              || from.equals(families.computeIfAbsent(signal.metric(), metric -> from)),
          "/monitoring/signals/" + i + "/source",
          "reads '" + signal.metric() + "', which another signal reads from another source");
    }
    Set<String> names = new HashSet<>();
    for (int i = 0; i < monitoring.sources().size(); i++) {
      MetricSource source = monitoring.sources().get(i);
      String at = "/monitoring/sources/" + i;
      require(names.add(source.name()), at + "/name", "is there twice");
      template(at + "/selector", source.selector(), QueryTemplate::matchers)
          .ifPresent(
              selector ->
                  require(
                      !selector.placeholders().contains(Placeholder.VERSION),
                      at + "/selector",
                      "names "
                          + Placeholder.VERSION
                          + "; the versions are told apart by the label '"
                          + source.version()
                          + "'"));
      Duration stale = source.staleAfter();
      if (stale != null) {
        within(at + "/staleAfter", stale, SECOND);
        require(
            stale.compareTo(LONGEST_STALE) <= 0,
            at + "/staleAfter",
            stale + " is more than " + LONGEST_STALE + ": by then a sample says nothing of now");
      }
    }
  }

  private void signal(String at, Signal signal, List<MetricSource> sources) {
    require(
        signal.metric() == null != (signal.query() == null),
        at,
        signal.metric() == null ? "has neither a metric nor a query" : "has a metric and a query");
    String named = signal.source();
    require(
        named == null || sources.stream().anyMatch(source -> source.name().equals(named)),
        at + "/source",
        "unknown source '" + named + "'");
    boolean isBusiness = signal.kind() == Signal.Kind.KPI || signal.kind() == Signal.Kind.VALUE;
    require(
        signal.of() == null || isBusiness || signal.kind() == Signal.Kind.SATURATION,
        at + "/of",
        "is for a KPI, a value or a saturation");
    require(
        signal.worse() == null || isBusiness,
        at + "/worse",
        "is for a KPI or a value; of others it is known");
    require(
        signal.size().isEmpty() || signal.size().getAsDouble() > 0,
        at + "/of",
        "is a size of nothing");
    String query = signal.query();
    if (query == null) {
      return;
    }
    require(!sources.isEmpty(), at + "/query", "is for a source, and there is none");
    query(at + "/query", query);
    Signal of = signal.trials();
    if (of != null && of.query() != null) {
      query(at + "/of", of.query());
    }
  }

  private void query(String at, String query) {
    template(at, query, QueryTemplate::query)
        .ifPresent(
            template ->
                require(
                    template.placeholders().contains(Placeholder.VERSION),
                    at,
                    "does not name "
                        + Placeholder.VERSION
                        + ", so both versions would show the same"));
  }

  private Optional<QueryTemplate> template(
      String at, String text, Function<String, QueryTemplate> reader) {
    try {
      return Optional.of(reader.apply(text));
    } catch (IllegalArgumentException e) {
      problems.add(new Problem(at, String.valueOf(e.getMessage())));
      return Optional.empty();
    }
  }

  private void rollback(Rollback rollback) {
    require(
        rollback.method() != Rollback.Method.SCRIPT || rollback.script() != null,
        "/rollback/method",
        "the method is a script, and none is named");
    within("/rollback/attemptWithin", rollback.attemptWithin(), SECOND);
  }

  private void within(String pointer, Duration duration, Duration shortest) {
    require(
        duration.compareTo(shortest) >= 0 && duration.compareTo(LONGEST) <= 0,
        pointer,
        duration + " is not between " + shortest + " and " + LONGEST);
  }

  private void require(boolean holds, String pointer, String otherwise) {
    if (!holds) {
      problems.add(new Problem(pointer, otherwise));
    }
  }
}
