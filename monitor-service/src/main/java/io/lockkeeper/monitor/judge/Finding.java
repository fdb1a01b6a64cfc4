package io.lockkeeper.monitor.judge;

import java.util.Locale;

/// The evidence of one signal against its threshold. The first crossing latches.
final class Finding {

  private final Signal signal;
  private final double threshold;
  private double logE;
  private double most;
  private boolean breached;
  private double measuredAt = Double.NaN;
  private boolean measured;
  private boolean judged;
  private boolean waiting = true;

  Finding(Signal signal, JudgeSettings settings) {
    this.signal = signal;
    this.threshold = settings.threshold(signal);
  }

  /// Notes the evidence after a judged look.
  ///
  /// @param enough whether there are events enough for a breach
  void note(double at, double evidence, boolean enough) {
    logE = evidence;
    judged = true;
    measured = true;
    measuredAt = at;
    waiting = false;
    if (enough) {
      most = Math.max(most, evidence);
      breached |= evidence >= threshold;
    }
  }

  /// Nothing could be judged at this look, though it was measured.
  void hold(double at) {
    measured = true;
    measuredAt = at;
    waiting = true;
  }

  /// Nothing was measured at this look.
  void miss() {
    measured = false;
  }

  /// Whether there has been anything to judge at all.
  boolean isJudged() {
    return judged;
  }

  /// When it was last measured, `NaN` when never.
  double measuredAt() {
    return measuredAt;
  }

  /// Whether what was seen so far speaks for harm, though not loudly enough for a breach: half of
  /// the evidence that a breach takes. A harmless candidate is there once in a while, and not for
  /// long.
  boolean isSuspicious() {
    return logE >= threshold / 2;
  }

  Signal signal() {
    return signal;
  }

  double threshold() {
    return threshold;
  }

  double logE() {
    return logE;
  }

  double most() {
    return most;
  }

  boolean isBreached() {
    return breached;
  }

  /// The rule and its numbers as a sentence, or that there is none yet.
  String inWords(String format, Object... numbers) {
    return signal.name()
        + ": "
        + (judged ? String.format(Locale.ROOT, format, numbers) : "not judged yet");
  }

  Standing standing(boolean safe) {
    if (breached) {
      return Standing.BREACHED;
    }
    if (!measured) {
      return Standing.NOT_MEASURED;
    }
    if (waiting) {
      return Standing.WAITING;
    }
    return safe ? Standing.NOT_WORSE : Standing.WATCHING;
  }
}
