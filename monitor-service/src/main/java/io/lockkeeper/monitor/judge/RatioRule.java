package io.lockkeeper.monitor.judge;

import org.jspecify.annotations.Nullable;

/// What a [RatioJudge] compares: how a stratum becomes the logarithm of one ratio, and which ratio
/// nothing is wrong up to. Carries what it must know of the past.
sealed interface RatioRule permits CpuRule, SaturationRule, ValueRule {

  /// The ratio of a closed stratum.
  Reading read(Stratum stratum);

  /// What is to be expected of the ratio.
  Expected expected();

  /// What is compared, in words that "of the control" ends.
  ///
  /// @param ratio the estimate, more is worse
  /// @param mean  what the candidate shows
  String words(double ratio, double mean);

  /// What is to be expected of a ratio.
  ///
  /// @param armTau  standard deviation of the lasting difference between two healthy arms
  /// @param warmsUp whether a cold start distorts it
  /// @param heldInIncidents whether failing and waiting distort it: not judged in incidents then
  /// @param shifts  the effects that are tried for, as shifts of the logarithm
  record Expected(double armTau, boolean warmsUp, boolean heldInIncidents, double... shifts) {}

  /// What a stratum came to.
  sealed interface Reading {}

  /// The signal was not measured, or nothing is known of the stable version.
  record Missing() implements Reading {}

  /// It was measured, and there is nothing to compare yet.
  record Idle() implements Reading {}

  /// A ratio, and what it rests on.
  ///
  /// @param ratio    logarithm of the ratio; more is worse
  /// @param sampling its variance by chance alone
  /// @param edge     the ratio up to which nothing is wrong
  /// @param candidate what the candidate had
  /// @param control  what the control had; `null` where the baseline was compared with
  record Ratio(double ratio, double sampling, double edge, Share candidate, @Nullable Share control)
      implements Reading {}

  /// So much of so many: CPU seconds of requests, say.
  record Share(double amount, double of) {}

  Missing MISSING = new Missing();
  Idle IDLE = new Idle();
}
