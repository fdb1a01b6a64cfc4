package io.lockkeeper.monitor.judge;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// How full something is at an instance: a pool, a queue, as a share of its size. Little of it does
/// no harm however much more it becomes, so a quarter is added to both sides: from 1 % to 6 % is
/// nothing, from 50 % to 65 % is the edge. What an instance holds grows with what it has to do: a
/// candidate whose instances have more requests than the control's is granted as much, and where
/// they have far more nothing is compared. One with fewer is granted nothing. Runbook M1.
final class SaturationRule implements RatioRule {

  private static final Expected EXPECTED = new Expected(0.05, true, true, 0.1, 0.3, 0.8);
  private static final double KNOWN_EXTRA = 0.15;
  private static final double HARMLESS = 0.25;
  /// So many times the requests of an instance are another load, of which queues say nothing.
  private static final double COMPARABLE = 1.25;
  /// Variance of the ratio from scrape to scrape before it was seen, and the strata it is worth.
  private static final double PRIOR = 0.01;

  private static final double PRIOR_STRATA = 8;

  private final double margin;
  private final int index;
  private final @Nullable Level baseline;
  private double differences = PRIOR * PRIOR_STRATA;
  private double strata = PRIOR_STRATA;
  private double last = Double.NaN;

  /// What an instance shows.
  ///
  /// @param level how full, `NaN` when not measured
  /// @param load  its requests per second, `NaN` when they are not known
  private record Level(double level, double load) {

    static @Nullable Level of(@Nullable Baseline baseline, String signal) {
      if (baseline == null) {
        return null;
      }
      var now = baseline.saturations().get(signal);
      var usual = baseline.usualSaturation(signal);
      return now == null
          ? null
          : new Level(
              usual == null ? now : Math.max(now, usual),
              baseline.idle() > 0 ? 1 / baseline.idle() : Double.NaN);
    }

    static Level of(Tally tally, int index, double span) {
      double load = tally.requests / (tally.instances * span);
      return new Level(
          tally.levelOf[index] > 0 ? tally.level[index] / tally.levelOf[index] : Double.NaN,
          tally.hasRequests && load > 0 ? load : Double.NaN);
    }
  }

  SaturationRule(Signal signal, int index, @Nullable Baseline baseline) {
    margin = signal.effectiveMargin();
    this.index = index;
    this.baseline = Level.of(baseline, signal.name());
  }

  @Override
  public Reading read(Stratum stratum) {
    var control = stratum.control();
    var mine = Level.of(stratum.candidate(), index, stratum.span());
    var other = control == null ? baseline : Level.of(control, index, stratum.span());
    if (Double.isNaN(mine.level) || other == null || Double.isNaN(other.level)) {
      return MISSING;
    }
    double busier = mine.load / other.load; // NaN where either is not known
    if (busier > COMPARABLE) {
      return IDLE;
    }
    double granted = busier > 1 ? StrictMath.log(busier) : 0;
    double ratio = StrictMath.log((mine.level + HARMLESS) / (other.level + HARMLESS)) - granted;
    var candidate = stratum.candidate();
    return new Ratio(
        ratio,
        quick(ratio),
        1 + margin + (control == null ? KNOWN_EXTRA : 0),
        new Share(candidate.level[index], candidate.levelOf[index]),
        control == null ? null : new Share(control.level[index], control.levelOf[index]));
  }

  /// What varies from one stratum to the next is chance; what lasts longer is for [ArmNoise].
  private double quick(double ratio) {
    double before = differences / strata;
    if (!Double.isNaN(last)) {
      differences += (ratio - last) * (ratio - last) / 2;
      strata++;
    }
    last = ratio;
    return before;
  }

  @Override
  public Expected expected() {
    return EXPECTED;
  }

  @Override
  public String words(double ratio, double mean) {
    return String.format(
        Locale.ROOT,
        "%.0f %% full, which with a quarter added to both is %.3fx that",
        100 * mean,
        ratio);
  }
}
