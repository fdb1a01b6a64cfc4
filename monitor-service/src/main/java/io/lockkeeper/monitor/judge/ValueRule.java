package io.lockkeeper.monitor.judge;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// What a business event comes to on average: the value of an order. Counted over blocks of events,
/// whose means are nearly normal; how much they vary is learned from the blocks before. The
/// logarithm of a mean lies below that of the true one by half its variance, which is set right.
/// Runbook M1.
final class ValueRule implements RatioRule {

  private static final Expected EXPECTED = new Expected(0.02, false, false, 0.03, 0.1, 0.3);
  private static final double KNOWN_MARGINS = 3;
  /// As spread as the exponential law, and the blocks that this is worth.
  private static final double PRIOR = 1;

  private static final double PRIOR_BLOCKS = 6;

  /// What comes to nothing has no logarithm; this small a part is as bad.
  private static final double NOTHING = 1e-3;

  private static final double LARGEST_LOSS = 0.99;

  private final double margin;
  private final boolean lessIsWorse;
  private final int index;
  private final Baseline.@Nullable Valued baseline;
  private final Variation mine;
  private final Variation other;
  private double amount1;
  private double events1;
  private double amount0;
  private double events0;
  private boolean beside;

  ValueRule(Signal signal, int index, @Nullable Baseline baseline) {
    margin = signal.effectiveMargin();
    lessIsWorse = signal.worse() == Signal.Worse.LESS;
    this.index = index;
    this.baseline = known(signal, baseline);
    double prior = this.baseline == null ? PRIOR : this.baseline.variation();
    mine = new Variation(prior, PRIOR_BLOCKS);
    other = new Variation(prior, PRIOR_BLOCKS);
  }

  /// Today's baseline or a usual earlier day, whichever is worse.
  private static Baseline.@Nullable Valued known(Signal signal, @Nullable Baseline baseline) {
    if (baseline == null) {
      return null;
    }
    var now = baseline.amounts().get(signal.name());
    var usual = baseline.usualAmount(signal.name(), signal.worse());
    if (now == null || usual == null) {
      return now;
    }
    boolean usualIsLess = usual.mean() < now.mean();
    return usualIsLess == (signal.worse() == Signal.Worse.LESS) ? usual : now;
  }

  @Override
  public Reading read(Stratum stratum) {
    var candidate = stratum.candidate();
    var control = stratum.control();
    if (beside != (control != null)) {
      beside = control != null;
      forget();
    }
    double came1 = candidate.amount[index];
    double of1 = candidate.amountOf[index];
    mine.add(came1, of1);
    amount1 += came1;
    events1 += of1;
    if (control != null) {
      other.add(control.amount[index], control.amountOf[index]);
      amount0 += control.amount[index];
      events0 += control.amountOf[index];
    }
    if (control == null && baseline == null) {
      return MISSING;
    }
    if (events1 < Variation.BLOCK || beside && events0 < Variation.BLOCK) {
      return candidate.shown[index] ? IDLE : MISSING;
    }
    var reading = baseline == null || beside ? against() : against(baseline);
    forget();
    return reading;
  }

  private Reading against() {
    return ratio(
        amount1 / events1,
        amount0 / events0,
        variation() * (1 / events1 + 1 / events0),
        variation() / 2 * (1 / events1 - 1 / events0),
        edge(1),
        new Share(amount0, events0));
  }

  private Reading against(Baseline.Valued known) {
    double error = StrictMath.sqrt(variation() / Math.max(1, known.events()));
    return ratio(
        amount1 / events1,
        known.mean(),
        variation() / events1,
        variation() / 2 / events1,
        Math.max(edge(KNOWN_MARGINS), 1 + 2 * error),
        null);
  }

  private Reading ratio(
      double mean1,
      double mean0,
      double sampling,
      double bias,
      double edge,
      @Nullable Share control) {
    if (!(mean0 > 0)) {
      return IDLE;
    }
    double ratio = StrictMath.log(Math.max(mean1 / mean0, NOTHING)) + bias;
    return new Ratio(
        lessIsWorse ? -ratio : ratio, sampling, edge, new Share(amount1, events1), control);
  }

  /// So many margins, one upon the other; less is as many times as much the other way round.
  private double edge(double margins) {
    return lessIsWorse
        ? StrictMath.pow(1 - Math.min(margin, LARGEST_LOSS), -margins)
        : 1 + margins * margin;
  }

  private double variation() {
    return (mine.squared() + other.squared()) / 2;
  }

  private void forget() {
    amount1 = 0;
    events1 = 0;
    amount0 = 0;
    events0 = 0;
  }

  @Override
  public Expected expected() {
    return EXPECTED;
  }

  @Override
  public String words(double ratio, double mean) {
    return String.format(
        Locale.ROOT, "%.4g on average, %.3fx that", mean, lessIsWorse ? 1 / ratio : ratio);
  }
}
