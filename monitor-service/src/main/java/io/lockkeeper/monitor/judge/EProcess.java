package io.lockkeeper.monitor.judge;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// A capped mixture-restart e-process: evidence against one null hypothesis that may be looked at
/// after every sample. For each alternative `j` of a grid it carries `L_j = (L_j + w_t) *
/// exp(g_jt)`, where `l_jt` is the log likelihood ratio of stratum `t`, `s_t` the height of a surge
/// in it, usually 1, `g_jt` is `min(l_jt, cap) / s_t` where that is positive and else `l_jt`, and
/// `E = sum_j m_j L_j + (mass not yet spent)`, with masses `m_j` that add up to 1. Under the null
/// `E` is a nonnegative supermartingale that starts at 1, so it ever reaches `1/a` with a chance of
/// at most `a`, however often one looks.
///
/// The restarts `w_t` make a change after a long quiet time quick to see: eight tenths of the mass
/// start at once, nearly all the rest is spread over the planned strata, and a little is kept for
/// a watch that lasts longer. The cap makes one wild stratum unable to alarm, and in a surge of the
/// control it is lower still ([Surge]). [#peek] looks within a stratum that is still growing: a
/// capped supermartingale is still one.
final class EProcess {

  private static final double FIRST = 0.8;
  private static final double WITHIN_PLAN = 0.18;
  /// What the numbers are scaled by when they grow: farther than one stratum goes, either way.
  private static final double LARGE = 1e100;

  private static final double LOG_LARGE = StrictMath.log(LARGE);
  /// No stratum takes away more, so that evidence stays where doubles are. That much is nothing to
  /// a chance of a false alarm.
  private static final double FLOOR = -200;

  private final double cap;
  private final int planned;
  private final double[] masses;
  /// `L_j`, a `scale`th of each.
  private final double[] grown;
  private double scale = 1;
  /// The scale is [#LARGE] to the power of this, and infinite where a double ends.
  private int steps;
  private double unspent = 1;
  private double start;
  private int strata;
  /// `E` as of the last stratum or peek, a `scale`th of it.
  private double evidence = 1;

  /// Alternatives that all have the same mass.
  EProcess(int alternatives, int planned, double cap) {
    this(even(alternatives), planned, cap);
  }

  /// Alternatives of these masses, which add up to 1.
  EProcess(double[] masses, int planned, double cap) {
    this.cap = cap;
    this.planned = Math.max(2, planned);
    this.masses = masses.clone();
    this.grown = new double[masses.length];
  }

  private static double[] even(int alternatives) {
    var masses = new double[alternatives];
    Arrays.fill(masses, 1.0 / alternatives);
    return masses;
  }

  /// Log of the evidence as of the last stratum or peek.
  double logE() {
    return offset() + StrictMath.log(evidence);
  }

  /// The evidence is `exp` of this times [#scaled]: what the sum of several needs without taking a
  /// logarithm of each.
  double offset() {
    return start + steps * LOG_LARGE;
  }

  /// See [#offset].
  double scaled() {
    return evidence;
  }

  /// Log of the evidence if the stratum ended here.
  double peek(double[] l) {
    peek(l, 1);
    return logE();
  }

  /// Takes it as if the stratum ended here, in a surge of this height: only so much less is a
  /// gain worth.
  void peek(double[] l, double surge) {
    evidence = evaluate(l, surge, null);
  }

  /// Ends a stratum with these log likelihood ratios, one for each alternative.
  double close(double[] l) {
    close(l, 1);
    return logE();
  }

  /// The same in a surge of this height.
  void close(double[] l, double surge) {
    evidence = evaluate(l, surge, grown);
    unspent = Math.max(0, unspent - nextMass());
    strata++;
    rescale();
  }

  /// Begins anew with no more than what there is: evidence gathered so far is given away, never
  /// what is missing from it.
  void restart() {
    start = Math.min(0, logE());
    steps = 0;
    scale = 1;
    evidence = 1;
    Arrays.fill(grown, 0);
    unspent = 1;
    strata = 0;
  }

  private double nextMass() {
    if (strata == 0) {
      return FIRST;
    }
    if (strata < planned) {
      return WITHIN_PLAN / (planned - 1);
    }
    double k = strata + 1.0;
    return (1 - FIRST - WITHIN_PLAN) * planned / (k * (k - 1));
  }

  private double evaluate(double[] l, double surge, double @Nullable [] into) {
    double mass = nextMass();
    double next = mass / scale;
    double sum = Math.max(0, unspent - mass) / scale;
    double worth = 1 / surge;
    for (int j = 0; j < grown.length; j++) {
      double gained = l[j] > 0 ? Math.min(l[j], cap) * worth : Math.max(FLOOR, l[j]);
      double now = (grown[j] + next) * StrictMath.exp(gained);
      if (into != null) {
        into[j] = now;
      }
      sum += masses[j] * now;
    }
    return sum;
  }

  /// Keeps the numbers where doubles are: evidence has no end while an alternative holds. One that
  /// is farther behind the best than doubles reach is let go: less evidence is never an alarm.
  private void rescale() {
    int more = evidence > LARGE ? 1 : evidence < 1 && steps > 0 ? -1 : 0;
    if (more == 0) {
      return;
    }
    double by = more > 0 ? LARGE : 1 / LARGE;
    for (int j = 0; j < grown.length; j++) {
      grown[j] /= by;
    }
    evidence /= by;
    steps += more;
    scale = StrictMath.pow(LARGE, steps);
  }
}
