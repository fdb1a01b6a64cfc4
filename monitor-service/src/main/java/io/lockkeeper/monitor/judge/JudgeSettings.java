package io.lockkeeper.monitor.judge;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.function.Consumer;

/// How strictly a release is judged. The defaults are meant to be used; a runbook changes what it
/// must.
///
/// @param signals         what is watched, each name once, 1 to 64; order is the order of the
///                        evidence
/// @param alpha           chance that a harmless release is ever called a breach, over all
///                        critical signals and all looks together (0.05)
/// @param planned         how long the whole watch is expected to last; a longer one stays valid
///                        and gets a little slower (PT40M)
/// @param scrapeInterval  time between looks; used for coverage and for what counts as lost
///                        (PT15S)
/// @param stratum         looks closer together than this are judged on, but their evidence is
///                        limited as one block, so that a blip shorter than one block cannot alarm
///                        (ten scrapes, at most PT15S)
/// @param cap             most that one stratum can add to the evidence, in nats. With 2 a blip as
///                        long as two strata cannot alarm where several kinds are watched; with 3
///                        one stratum cannot (2, and 3 for strata shorter than PT15S: who looks
///                        every second has no time for three of them; at most 200)
/// @param warmUp          guard for signals that a cold start distorts (durations, CPU)
/// @param lostAfter       scrapes missing for this long mean not measured (12 scrapes, at least
///                        PT10S)
/// @param minimumCoverage share of the looks since the last change of weight that must have seen
///                        the candidate to pass, `0..1` (0.8; of a live watch 0, since its clock
///                        counts observed time only)
/// @param minimumRequests candidate requests since the last change of weight that a pass needs
///                        (100)
/// @param minimumLooks    looks since the last change of weight that a pass needs (3)
/// @param minimumEvents   bad events of the candidate before a count can breach (3)
/// @param errorFloor      an error ratio may always rise by this much, absolutely (0.0002)
/// @param acceptable      error ratio taken as known-good when nothing at all is known (0.01)
/// @param harm            what a candidate must be shown not to be, to be called not worse
/// @param requireEvidence whether a pass needs harm ruled out for errors and durations. Off by
///                        default: at a stage of seconds or minutes the traffic rarely suffices;
///                        the evidence is reported either way
/// @param catastrophe     the rule that needs no statistics
public record JudgeSettings(
    List<Signal> signals,
    double alpha,
    Duration planned,
    Duration scrapeInterval,
    Duration stratum,
    double cap,
    WarmUp warmUp,
    Duration lostAfter,
    double minimumCoverage,
    long minimumRequests,
    int minimumLooks,
    int minimumEvents,
    double errorFloor,
    double acceptable,
    Harm harm,
    boolean requireEvidence,
    Catastrophe catastrophe) {

  private static final int MOST_SIGNALS = 64;
  private static final double MOST_CAP = 200;

  /// Guard against cold starts. Errors, KPIs and rate count from the first scrape.
  ///
  /// @param minimum    never judged before this much traffic time (PT60S)
  /// @param window     the durations must have settled over this long (PT90S)
  /// @param forced     judged from here on in any case (PT4M)
  /// @param falling    until here, durations that still fall start the judging anew (PT6M)
  /// @param afterShift not judged for this long after a change of weight (PT60S)
  /// @param afterReset not judged for this long after a restart or a new instance (PT90S)
  public record WarmUp(
      Duration minimum,
      Duration window,
      Duration forced,
      Duration falling,
      Duration afterShift,
      Duration afterReset) {

    /// The defaults.
    public static WarmUp standard() {
      return new WarmUp(
          Duration.ofSeconds(60),
          Duration.ofSeconds(90),
          Duration.ofMinutes(4),
          Duration.ofMinutes(6),
          Duration.ofSeconds(60),
          Duration.ofSeconds(90));
    }
  }

  /// Harm that a pass with evidence rules out.
  ///
  /// @param errors   ratio of error ratios (2: a doubling)
  /// @param duration ratio of durations at the median and the 99th percentile (1.25)
  /// @param level    chance to rule out a harm that is there (0.05)
  public record Harm(double errors, double duration, double level) {

    public Harm {
      if (!(errors > 1 && duration > 1 && level > 0 && level < 1)) {
        throw new IllegalArgumentException("harm: ratios above 1, level within (0, 1)");
      }
    }
  }

  /// So many scrapes in a row with so many requests in all, more than this share of them failed,
  /// while the reference fails less than `referenceBelow`.
  ///
  /// @param scrapes        scrapes in a row (3, and as many as PT10S has: less is a blip)
  /// @param requests       requests in them together (60)
  /// @param above          share of failures in each (0.5)
  /// @param referenceBelow the reference must fail less than this (0.1)
  public record Catastrophe(int scrapes, long requests, double above, double referenceBelow) {}

  public JudgeSettings {
    signals = List.copyOf(signals);
    if (signals.isEmpty() || signals.size() > MOST_SIGNALS) {
      throw new IllegalArgumentException("1.." + MOST_SIGNALS + " signals, not " + signals.size());
    }
    var names = new HashSet<String>();
    for (var signal : signals) {
      if (!names.add(signal.name())) {
        throw new IllegalArgumentException("signal named twice: " + signal.name());
      }
    }
    if (!(alpha > 0 && alpha < 1)) {
      throw new IllegalArgumentException("alpha must be within (0, 1): " + alpha);
    }
    for (var span : List.of(planned, scrapeInterval, stratum, lostAfter)) {
      if (!span.isPositive()) {
        throw new IllegalArgumentException("spans must be positive: " + span);
      }
    }
    if (!(cap > 0 && cap <= MOST_CAP)
        || !(errorFloor >= 0)
        || !(acceptable > 0 && acceptable < 1)) {
      throw new IllegalArgumentException("cap, errorFloor or acceptable out of range");
    }
    if (!(minimumCoverage >= 0 && minimumCoverage <= 1)) {
      throw new IllegalArgumentException("minimumCoverage must be within 0..1: " + minimumCoverage);
    }
  }

  /// Defaults for these signals and this scrape interval.
  public static JudgeSettings of(List<Signal> signals, Duration scrapeInterval) {
    var lost = scrapeInterval.multipliedBy(12);
    var ten = scrapeInterval.multipliedBy(10);
    var quarter = Duration.ofSeconds(15);
    boolean quick = ten.compareTo(quarter) < 0;
    return new JudgeSettings(
        signals,
        0.05,
        Duration.ofMinutes(40),
        scrapeInterval,
        quick ? ten : quarter,
        quick ? 3.0 : 2.0,
        WarmUp.standard(),
        lost.compareTo(Duration.ofSeconds(10)) < 0 ? Duration.ofSeconds(10) : lost,
        0.8,
        100,
        3,
        3,
        2e-4,
        0.01,
        new Harm(2.0, 1.25, 0.05),
        false,
        new Catastrophe(
            (int) Math.max(3, Math.ceilDiv(10_000, Math.max(1, scrapeInterval.toMillis()))),
            60,
            0.5,
            0.1));
  }

  /// Defaults for errors, durations, rate, CPU and memory, scraped every 15 s.
  public static JudgeSettings standard() {
    return of(
        List.of(
            Signal.critical(Signal.ERRORS, Signal.Kind.ERRORS),
            Signal.critical(Signal.DURATION, Signal.Kind.DURATION),
            Signal.critical("rate", Signal.Kind.RATE),
            Signal.critical("cpu", Signal.Kind.CPU),
            Signal.critical("memory", Signal.Kind.MEMORY)),
        Duration.ofSeconds(15));
  }

  /// The same settings but for what the change sets.
  ///
  /// @throws IllegalArgumentException when they do not go together any more
  public JudgeSettings with(Consumer<Draft> change) {
    var draft = new Draft(this);
    change.accept(draft);
    return draft.done();
  }

  /// The evidence, in nats, at which this signal is a breach: the logarithm of one over its part
  /// of alpha. Critical signals of one kind divide the kind's share, the shares of all critical
  /// signals add up to one. An advisory signal gets its kind's whole share, outside of that sum.
  public double threshold(Signal signal) {
    double own = rawShare(signal);
    if (!signal.critical()) {
      return StrictMath.log(1 / (alpha * own));
    }
    double sum = 0;
    for (var other : signals) {
      sum += other.critical() ? rawShare(other) : 0;
    }
    return StrictMath.log(sum / (alpha * own));
  }

  private double rawShare(Signal signal) {
    if (signal.share() != null) {
      return signal.share();
    }
    long alike =
        signals.stream()
            .filter(s -> s.kind() == signal.kind() && s.critical() && s.share() == null)
            .count();
    return signal.kind().share() / (signal.critical() ? alike : 1);
  }

  /// How many strata the planned watch has, the unit of the restarts of the tests.
  int plannedStrata() {
    var unit = stratum.compareTo(scrapeInterval) > 0 ? stratum : scrapeInterval;
    return Math.clamp(planned.toNanos() / Math.max(1, unit.toNanos()), 8, 100_000);
  }

  /// Settings in the making; lives within one call of [#with]. Each field means what the component
  /// of that name means.
  public static final class Draft {

    public List<Signal> signals;
    public double alpha;
    public Duration planned;
    public Duration scrapeInterval;
    public Duration stratum;
    public double cap;
    public WarmUp warmUp;
    public Duration lostAfter;
    public double minimumCoverage;
    public long minimumRequests;
    public int minimumLooks;
    public int minimumEvents;
    public double errorFloor;
    public double acceptable;
    public Harm harm;
    public boolean requireEvidence;
    public Catastrophe catastrophe;

    private Draft(JudgeSettings before) {
      signals = before.signals;
      alpha = before.alpha;
      planned = before.planned;
      scrapeInterval = before.scrapeInterval;
      stratum = before.stratum;
      cap = before.cap;
      warmUp = before.warmUp;
      lostAfter = before.lostAfter;
      minimumCoverage = before.minimumCoverage;
      minimumRequests = before.minimumRequests;
      minimumLooks = before.minimumLooks;
      minimumEvents = before.minimumEvents;
      errorFloor = before.errorFloor;
      acceptable = before.acceptable;
      harm = before.harm;
      requireEvidence = before.requireEvidence;
      catastrophe = before.catastrophe;
    }

    private JudgeSettings done() {
      return new JudgeSettings(
          signals,
          alpha,
          planned,
          scrapeInterval,
          stratum,
          cap,
          warmUp,
          lostAfter,
          minimumCoverage,
          minimumRequests,
          minimumLooks,
          minimumEvents,
          errorFloor,
          acceptable,
          harm,
          requireEvidence,
          catastrophe);
    }
  }
}
