package io.lockkeeper.monitor.judge;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/// A shop in two versions, of which the value of orders and a pool of connections are watched.
/// Traffic, weight, the law of the values, the size and the load of the pool differ from seed to
/// seed; load goes up and down for both, and each instance is a little different.
final class Business {

  static final Signal ORDERS = Signal.critical("order value", Signal.Kind.VALUE);
  static final Signal POOL = Signal.critical("connections", Signal.Kind.SATURATION);
  static final JudgeSettings SETTINGS =
      JudgeSettings.of(List.of(ORDERS, POOL), Duration.ofSeconds(15));

  private static final double[] WEIGHTS = {0.05, 0.2, 0.5};
  private static final int STEP = 15;

  /// How much orders come to, around 1.
  enum Law {
    CONSTANT,
    EXPONENTIAL,
    LOG_NORMAL,
    WIDE_LOG_NORMAL,
    PARETO,
    WHOLESALE;

    double draw(RandomGenerator random) {
      return switch (this) {
        case CONSTANT -> 1;
        case EXPONENTIAL -> -Math.log(1 - random.nextDouble());
        case LOG_NORMAL -> Math.exp(random.nextGaussian() - 0.5);
        case WIDE_LOG_NORMAL -> Math.exp(1.5 * random.nextGaussian() - 1.125);
        case PARETO -> 0.6 * Math.pow(1 - random.nextDouble(), -1 / 2.5);
        case WHOLESALE -> random.nextDouble() < 0.01 ? 50 : 0.5;
      };
    }
  }

  private final RandomGenerator random;
  double weight;
  double orders;
  Law law;
  int stable;
  int canaries;
  double poolSize;
  /// Connections in use at an instance at usual load.
  double inUse;

  private double load;
  private Arm known;
  private Arm candidate;

  Business(long seed) {
    random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
    weight = WEIGHTS[random.nextInt(WEIGHTS.length)];
    orders = Math.exp(Math.log(2) + random.nextDouble() * Math.log(500));
    law = Law.values()[random.nextInt(Law.values().length)];
    stable = 1 + random.nextInt(8);
    canaries = 1 + random.nextInt(2);
    poolSize = 5 + random.nextInt(46);
    inUse = poolSize * (0.05 + 0.7 * random.nextDouble());
    known = new Arm("s", stable);
    candidate = new Arm("c", canaries);
  }

  /// What is wrong with the candidate.
  ///
  /// @param value what its orders come to, as a part of what they should
  /// @param held  connections it holds, as a multiple of what it should
  /// @param leak  connections of an instance that are lost each minute
  record Fault(double value, double held, double leak) {
    static final Fault NONE = new Fault(1, 1, 0);
  }

  /// One version.
  private final class Arm {
    private final int instances;
    private final String name;
    private final double[] skew;
    private double requests;
    private double sum;
    private long events;
    private double own;

    Arm(String name, int instances) {
      this.name = name;
      this.instances = instances;
      skew = new double[instances];
      for (int i = 0; i < instances; i++) {
        skew[i] = Math.exp(0.03 * random.nextGaussian());
      }
    }

    List<Sample> scrape(double share, double load, Fault fault, double lost) {
      own = 0.78 * own + 0.03 * Math.sqrt(1 - 0.78 * 0.78) * random.nextGaussian();
      long booked = Poisson.draw(random, orders * load * share);
      for (long i = 0; i < booked; i++) {
        sum += 40 * fault.value * law.draw(random);
      }
      events += booked;
      requests += orders * load * share * 20;
      var samples = new ArrayList<Sample>();
      for (int i = 0; i < instances; i++) {
        double mean =
            inUse * load * share * stable / instances * skew[i] * Math.exp(own) * fault.held;
        double level = Math.min(poolSize, lost + Poisson.draw(random, mean)) / poolSize;
        samples.add(
            Sample.of(name + i)
                .withRequests((long) (requests / instances))
                .withAmount(ORDERS.name(), new Amount(sum / instances, events / instances))
                .withSaturation(POOL.name(), level));
      }
      return samples;
    }
  }

  /// Seconds from the first traffic until this is called a breach; negative when it never is.
  double breach(int looks, Fault fault, boolean beside) {
    var judge = judge();
    for (int i = 0; i < looks; i++) {
      if (judge.look(look(i, fault, beside)).verdict() == Verdict.FAILED) {
        return STEP * i;
      }
    }
    return -1;
  }

  /// What the evidence says of each signal after so many looks beside a control.
  List<String> explain(int looks) {
    weight = 0.5;
    canaries = stable;
    orders = 200;
    var judge = judge();
    var last = judge.look(look(0, Fault.NONE, true));
    for (int i = 1; i < looks; i++) {
      last = judge.look(look(i, Fault.NONE, true));
    }
    return last.signals().stream().map(Evidence::rule).toList();
  }

  /// A judge that knows half an hour of the stable version.
  private Judge judge() {
    known = new Arm("s", stable);
    var scrapes = new ArrayList<Baseline.Scrape>();
    for (int i = -120; i < 0; i++) {
      wander();
      scrapes.add(
          new Baseline.Scrape(
              SimulatedService.START.plusSeconds(STEP * i),
              known.scrape(1, Math.exp(load), Fault.NONE, 0)));
    }
    return new Judge(SETTINGS, Baseline.of(scrapes, SETTINGS.signals()));
  }

  private Look look(int i, Fault fault, boolean beside) {
    double share = beside ? weight : 1;
    if (i == 0) {
      candidate = new Arm("c", beside ? canaries : stable);
    }
    wander();
    double lost = fault.leak * i * STEP / 60;
    return new Look(
        SimulatedService.START.plusSeconds(STEP * i),
        share,
        beside ? known.scrape(1 - share, Math.exp(load), Fault.NONE, 0) : List.of(),
        candidate.scrape(share, Math.exp(load), fault, lost));
  }

  private void wander() {
    load = 0.98 * load + 0.03 * random.nextGaussian();
  }
}
