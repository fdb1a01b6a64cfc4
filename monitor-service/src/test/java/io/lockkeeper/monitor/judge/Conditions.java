package io.lockkeeper.monitor.judge;

import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;

/// Under which conditions an identical version is released, drawn from a seed: load, size, stages,
/// and which mechanisms make the figures jump.
///
/// @param rate       requests per second, mean
/// @param interval   seconds between two looks
/// @param stages     shares of the traffic, one after the other
/// @param stage      seconds of each
/// @param control    instances of the stable version
/// @param candidate  instances of the candidate
/// @param workload   share of its workers that the busiest instance needs on average
/// @param errors     share of requests that fail by themselves
/// @param mechanisms what is going on
record Conditions(
    double rate,
    double interval,
    List<Double> stages,
    double stage,
    int control,
    int candidate,
    double workload,
    double errors,
    Set<Mechanism> mechanisms) {

  /// What makes the figures of an identical version jump.
  enum Mechanism {
    /// Several times the load for some seconds, again and again.
    BURSTS,
    /// The load rises and falls by half over the watch.
    SEASON,
    /// Instances of both versions are lost, come back cold and count from 0.
    RESTARTS,
    /// The candidate starts with empty caches.
    COLD_START,
    /// All of an instance stands still for a moment.
    PAUSES,
    /// Everybody asks the same dependency, which has few places and slow minutes.
    SHARED_DEPENDENCY,
    /// The dependency fails a part of the calls for some seconds.
    OUTAGES,
    /// Customers stay with a version; some come more often than others, and each in their own way.
    STICKY,
    /// No two instances are equally fast, by up to 3 %.
    UNEQUAL,
    /// How fast an instance is wanders slowly.
    WANDERING,
    /// What customers ask for changes over the watch.
    MIX,
    /// Clients try again what failed, on the same version.
    RETRIES,
    /// A neighbour takes an instance's CPU for half a minute.
    NEIGHBOUR
  }

  private static final List<List<Double>> STAGES =
      List.of(List.of(0.05), List.of(0.1), List.of(0.25), List.of(0.5), List.of(0.1, 0.5, 1.0));
  private static final double CHANCE = 0.35;
  private static final double LONG_LOOK = 15;
  private static final double LONG_WATCH = 2_400;
  private static final double QUICK_LOOK = 2;
  private static final double QUICK_WATCH = 360;

  static Conditions draw(RandomGenerator random) {
    boolean quick = random.nextInt(4) == 0;
    var stages = STAGES.get(random.nextInt(STAGES.size()));
    var mechanisms = EnumSet.noneOf(Mechanism.class);
    for (var mechanism : Mechanism.values()) {
      if (random.nextDouble() < CHANCE) {
        mechanisms.add(mechanism);
      }
    }
    int candidate = 1 + random.nextInt(stages.getFirst() < 0.2 && stages.size() == 1 ? 1 : 3);
    // All instances are alike, and as many as the share of the traffic asks for.
    double others = stages.size() > 1 ? 1 : (1 - stages.getFirst()) / stages.getFirst();
    int control = (int) Math.round(candidate * others);
    return new Conditions(
        Math.exp(random.nextDouble() * Math.log(quick ? 300 : 150)),
        quick ? QUICK_LOOK : LONG_LOOK,
        stages,
        (quick ? QUICK_WATCH : LONG_WATCH) / stages.size(),
        control,
        candidate,
        0.1 + 0.25 * random.nextDouble(),
        new double[] {0.0005, 0.002, 0.01}[random.nextInt(3)],
        mechanisms);
  }

  boolean has(Mechanism mechanism) {
    return mechanisms.contains(mechanism);
  }

  double watch() {
    return stage * stages.size();
  }

  /// How long there is a control.
  double watched() {
    return stages.contains(1.0) ? watch() - stage : watch();
  }

  /// The candidate's share so long after the start.
  double weight(double at) {
    return stages.get(Math.clamp((long) (at / stage), 0, stages.size() - 1));
  }

  /// As a release under these conditions is judged: everything is critical, but the rate where
  /// customers stay with a version.
  JudgeSettings settings() {
    var signals =
        List.of(
            Signal.critical(Signal.ERRORS, Signal.Kind.ERRORS),
            Signal.critical(Signal.DURATION, Signal.Kind.DURATION),
            has(Mechanism.STICKY)
                ? Signal.advisory("rate", Signal.Kind.RATE)
                : Signal.critical("rate", Signal.Kind.RATE),
            Signal.critical("cpu", Signal.Kind.CPU),
            Signal.critical("memory", Signal.Kind.MEMORY),
            Signal.critical("orders", Signal.Kind.KPI));
    return JudgeSettings.of(signals, Duration.ofMillis(Math.round(interval * 1000)))
        .with(draft -> draft.planned = Duration.ofSeconds(Math.round(watch())));
  }
}
