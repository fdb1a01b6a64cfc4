package io.lockkeeper.monitor.judge;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// A capped mixture-restart e-process: evidence against one null hypothesis that may be looked at
/// after every sample. For each alternative `j` of a grid it carries `L_j = (L_j + w_t) *
/// exp(min(l_jt, cap))`, where `l_jt` is the log likelihood ratio of stratum `t`, and `E = sum_j
/// m_j L_j + (mass not yet spent)`, with masses `m_j` that add up to 1. Under the null `E` is a
/// nonnegative supermartingale that starts at
/// 1, so it ever reaches `1/a` with a chance of at most `a`, however often one looks.
///
/// The restarts `w_t` make a change after a long quiet time quick to see: eight tenths of the mass
/// start at once, nearly all the rest is spread over the planned strata, and a little is kept for
/// a watch that lasts longer. The cap makes one wild stratum unable to alarm, and in a surge of the
/// control it is lower still ([Surge]). [#peek] looks within a stratum that is still growing: a
/// capped supermartingale is still one.
final class EProcess {

  private static final double FIRST = 0.8;
  private static final double WITHIN_PLAN = 0.18;

  private final double cap;
  private final double first;
  private final int planned;
  private final double[] logL;
  private final double[] logMasses;
  private double unspent = 1;
  private double mass = Double.NaN;
  private double logMass;
  private double start;
  private int strata;
  private double logE;

  /// Alternatives that all have the same mass.
  EProcess(int alternatives, int planned, double cap) {
    this(even(alternatives), planned, cap, FIRST);
  }

  /// Alternatives of these masses, which add up to 1.
  EProcess(double[] masses, int planned, double cap) {
    this(masses, planned, cap, FIRST);
  }

  private EProcess(double[] masses, int planned, double cap, double first) {
    this.cap = cap;
    this.first = first;
    this.planned = Math.max(2, planned);
    this.logL = new double[masses.length];
    this.logMasses = Arrays.stream(masses).map(StrictMath::log).toArray();
    Arrays.fill(logL, Double.NEGATIVE_INFINITY);
  }

  /// One that never restarts and is never capped: evidence about the whole watch.
  static EProcess ofWhole(int alternatives) {
    return new EProcess(even(alternatives), 2, Double.POSITIVE_INFINITY, 1);
  }

  private static double[] even(int alternatives) {
    var masses = new double[alternatives];
    Arrays.fill(masses, 1.0 / alternatives);
    return masses;
  }

  /// Log of the evidence as of the last stratum or peek.
  double logE() {
    return logE;
  }

  /// Log of the evidence if the stratum ended here.
  double peek(double[] l) {
    return peek(l, 1);
  }

  /// The same in a surge of this height: only so much less is it worth.
  double peek(double[] l, double surge) {
    logE = evaluate(l, surge, null);
    return logE;
  }

  /// Ends a stratum with these log likelihood ratios, one for each alternative.
  double close(double[] l) {
    return close(l, 1);
  }

  /// The same in a surge of this height.
  double close(double[] l, double surge) {
    logE = evaluate(l, surge, logL);
    unspent = Math.max(0, unspent - nextMass());
    strata++;
    return logE;
  }

  /// Begins anew with no more than what there is: evidence gathered so far is given away, never
  /// what is missing from it.
  void restart() {
    start = Math.min(0, start + logE);
    Arrays.fill(logL, Double.NEGATIVE_INFINITY);
    unspent = 1;
    strata = 0;
    logE = start;
  }

  private double nextMass() {
    if (strata == 0) {
      return first;
    }
    if (first == 1) {
      return 0;
    }
    if (strata < planned) {
      return WITHIN_PLAN / (planned - 1);
    }
    double k = strata + 1.0;
    return (1 - FIRST - WITHIN_PLAN) * planned / (k * (k - 1));
  }

  private double evaluate(double[] l, double surge, double @Nullable [] into) {
    double next = nextMass();
    if (mass != next) {
      mass = next;
      logMass = StrictMath.log(next);
    }
    double rest = Math.max(0, unspent - mass);
    double sum = rest > 0 ? StrictMath.log(rest) : Double.NEGATIVE_INFINITY;
    for (int j = 0; j < logL.length; j++) {
      double grown = LogSpace.add(logL[j], logMass) + Math.min(l[j], cap) / surge;
      if (into != null) {
        into[j] = grown;
      }
      sum = LogSpace.add(sum, grown + logMasses[j]);
    }
    return start + sum;
  }
}
