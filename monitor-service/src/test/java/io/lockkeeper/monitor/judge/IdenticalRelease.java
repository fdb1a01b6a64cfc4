package io.lockkeeper.monitor.judge;

import java.util.random.RandomGeneratorFactory;
import org.jspecify.annotations.Nullable;

/// A release of an identical version in virtual time, under conditions drawn from its seed.
final class IdenticalRelease {

  private final Conditions conditions;
  private final QueueingService service;

  IdenticalRelease(long seed) {
    var random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
    conditions = Conditions.draw(random);
    service = new QueueingService(conditions, random);
  }

  Conditions conditions() {
    return conditions;
  }

  /// The judgement that called it a breach, or else the last.
  @Nullable Judgement judge() {
    var settings = conditions.settings();
    var judge = new Judge(settings, service.baseline(settings));
    Judgement judgement = null;
    while (!service.ends()) {
      judgement = judge.look(service.look());
      if (judgement.verdict() == Verdict.FAILED) {
        return judgement;
      }
    }
    return judgement;
  }
}
