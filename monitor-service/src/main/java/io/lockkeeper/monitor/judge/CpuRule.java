package io.lockkeeper.monitor.judge;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// CPU seconds per request, with an allowance for what an instance burns without requests: arms of
/// unequal load differ by that alone. Runbook M1.
final class CpuRule implements RatioRule {

  private static final Expected EXPECTED = new Expected(0.035, true, true, 0.05, 0.12, 0.3);
  private static final double IDLE_CORES = 0.03;
  /// So much of a core is nothing: with hardly any traffic a young process takes more than an old
  /// one for itself.
  private static final double LEAST_CORES = 0.005;
  private static final double KNOWN_EXTRA = 0.10;
  /// Squared coefficient of variation of the CPU of one request, until the noise is learned.
  private static final double PER_REQUEST = 0.25;

  private final double margin;
  private final Cost baseline;

  /// What a request costs.
  ///
  /// @param cpu      CPU seconds per request
  /// @param idle     instance-seconds per request
  /// @param variance sampling variance of the logarithm of the cost
  private record Cost(double cpu, double idle, double variance) {

    static final Cost UNKNOWN = new Cost(0, 0, 0);

    static Cost of(@Nullable Baseline baseline) {
      Double known = baseline == null ? null : baseline.cpu();
      return baseline == null || known == null
          ? UNKNOWN
          : new Cost(known, baseline.idle(), PER_REQUEST / Math.max(1, baseline.requests()));
    }

    static Cost of(Tally tally, double span) {
      return tally.cpuRequests > 0
          ? new Cost(
              tally.cpuSeconds / tally.cpuRequests,
              tally.instances * span / tally.cpuRequests,
              PER_REQUEST / tally.cpuRequests)
          : UNKNOWN;
    }
  }

  CpuRule(Signal signal, @Nullable Baseline baseline) {
    margin = signal.effectiveMargin();
    var now = Cost.of(baseline);
    var usual = Cost.of(baseline == null ? null : baseline.usualCpu());
    this.baseline = now.cpu > 0 && usual.cpu > now.cpu ? usual : now;
  }

  @Override
  public Reading read(Stratum stratum) {
    var candidate = stratum.candidate();
    var control = stratum.control();
    if (!(candidate.cpuRequests > 0)) {
      return MISSING;
    }
    if (!(candidate.cpuSeconds > 0)) {
      return IDLE;
    }
    var mine = Cost.of(candidate, stratum.span());
    var other = control == null ? baseline : Cost.of(control, stratum.span());
    if (!(other.cpu > 0)) {
      return MISSING;
    }
    double allowance =
        (Math.max(0, IDLE_CORES * (mine.idle - other.idle)) + LEAST_CORES * mine.idle) / other.cpu;
    return new Ratio(
        StrictMath.log(mine.cpu / other.cpu),
        mine.variance + other.variance,
        1 + margin + (control == null ? KNOWN_EXTRA : 0) + allowance,
        new Share(candidate.cpuSeconds, candidate.cpuRequests),
        control == null ? null : new Share(control.cpuSeconds, control.cpuRequests));
  }

  @Override
  public Expected expected() {
    return EXPECTED;
  }

  @Override
  public String words(double ratio, double mean) {
    return String.format(Locale.ROOT, "%.3fx CPU per request", ratio);
  }
}
