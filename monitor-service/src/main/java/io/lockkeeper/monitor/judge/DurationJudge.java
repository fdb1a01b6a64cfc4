package io.lockkeeper.monitor.judge;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Judges a duration histogram at up to five thresholds, near the median and the tails of 10, 2, 1
/// and 0.5 % of the reference; the evidence is their weighted mean, itself an e-value. Not before
/// the candidate is warm, and not near a shift or a restart. Runbook M1, M2.
final class DurationJudge implements SignalJudge {

  private static final double[] TAILS = {0.5, 0.1, 0.02, 0.01, 0.005};
  private static final double[] WEIGHTS = {0.3, 0.2, 0.15, 0.2, 0.15};
  private static final double ENOUGH_TO_CHOOSE = 500;
  private static final double MOST_SHARE = 0.9;
  private static final double ARM_TAU = 0.02;
  private static final double FAR_OFF = 1.4;

  private final JudgeSettings settings;
  private final int index;
  private final Instant epoch;
  private final double margin;
  private final Finding finding;
  private final WarmUpGate gate;
  private final ArmNoise noise = new ArmNoise(ARM_TAU);
  private final Buckets reference = new Buckets();
  /// Of the reference; null when that has changed since.
  private @Nullable Shape shape;
  /// Of a usual earlier day at this hour; empty when that is not known.
  private final Buckets usual;
  private @Nullable Shape usualShape;
  private final Baseline.@Nullable Timed baseline;
  private final Buckets candidateSum = new Buckets();
  private final Buckets controlSum = new Buckets();
  private final Tail.Exposure exposure;
  private List<Tail> tails = List.of();
  private Evidence.Reference against = Evidence.Reference.NONE;
  private double firstJudged = Double.NaN;

  DurationJudge(
      Signal signal,
      JudgeSettings settings,
      int index,
      Baseline.@Nullable Timed baseline,
      Baseline.@Nullable Timed usual,
      Splits splits,
      Instant epoch) {
    this.settings = settings;
    this.index = index;
    this.baseline = baseline;
    this.usual = usual == null ? new Buckets() : usual.buckets();
    exposure = new Tail.Exposure(splits);
    this.epoch = epoch;
    margin = signal.effectiveMargin();
    finding = new Finding(signal, settings);
    gate = new WarmUpGate(settings.warmUp());
    if (baseline != null) {
      reference.add(baseline.buckets());
    }
    choose();
  }

  @Override
  public Finding finding() {
    return finding;
  }

  @Override
  public void observe(Stratum stratum) {
    var candidate = stratum.candidate().durations[index];
    var control = stratum.control() == null ? null : stratum.control().durations[index];
    if (!candidate.isSeen()) {
      finding.miss();
      return;
    }
    if (candidate.total() <= 0
        || control != null && control.total() <= 0
        || control == null && reference.total() <= 0) {
      finding.hold(stratum.at());
      return;
    }
    if (tails.isEmpty()) {
      choose();
    }
    if (gate.isOpen() && stratum.calm()) {
      judge(stratum, candidate, control);
    } else {
      finding.hold(stratum.at());
    }
    if (stratum.closes()) {
      close(stratum, candidate, control);
    }
  }

  private void judge(Stratum stratum, Buckets candidate, @Nullable Buckets control) {
    var now = control == null && isUsuallyLonger() ? usualShape() : shape();
    if (control != null) {
      exposure.over(candidate, control, stratum.closes());
    }
    double weights = 0;
    double sum = 0;
    double offset = Double.NEGATIVE_INFINITY;
    for (var tail : tails) {
      if (tail.isBoundOf(candidate)) {
        tail.observe(candidate, control, now, exposure, noise.variance(), stratum.closes());
        weights += tail.weight;
        double evidence = tail.weight * tail.scaled();
        if (tail.offset() > offset) {
          sum *= StrictMath.exp(offset - tail.offset());
          offset = tail.offset();
        } else if (tail.offset() < offset) {
          evidence *= StrictMath.exp(tail.offset() - offset);
        }
        sum += evidence;
      }
    }
    if (weights > 0) {
      finding.note(stratum.at(), offset + StrictMath.log(sum / weights), true);
      firstJudged = Double.isNaN(firstJudged) ? stratum.start() : firstJudged;
    } else {
      finding.hold(stratum.at());
    }
  }

  private Shape shape() {
    var now = shape == null ? new Shape(reference) : shape;
    shape = now;
    return now;
  }

  private Shape usualShape() {
    var now = usualShape == null ? new Shape(usual) : usualShape;
    usualShape = now;
    return now;
  }

  /// What the candidate is held to without a control: the past, or a usual earlier day at this hour
  /// when everything took longer then.
  private Buckets known() {
    return isUsuallyLonger() ? usual : reference;
  }

  private boolean isUsuallyLonger() {
    return !usual.isEmpty() && usual.meanLog() > reference.meanLog();
  }

  private void close(Stratum stratum, Buckets candidate, @Nullable Buckets control) {
    var other = control == null ? known() : control;
    double mean = candidate.meanLog();
    double otherMean = other.meanLog();
    double ratio = mean - otherMean;
    double error =
        candidate.varianceLog(mean) / candidate.total()
            + other.varianceLog(otherMean) / other.total();
    var now = control == null ? Evidence.Reference.BASELINE : Evidence.Reference.CONTROL;
    if (now != against) {
      against = now;
      candidateSum.clear();
      controlSum.clear();
    }
    if (stratum.calm()) {
      if (gate.isOpen()) {
        candidateSum.add(candidate);
        if (control != null) {
          controlSum.add(control);
        }
      }
      if (gate.add(stratum.at(), ratio, error)) {
        tails.forEach(Tail::restart);
        candidateSum.clear();
        controlSum.clear();
      }
      if (gate.isOpen() && control != null) {
        noise.add(ratio, error);
      }
    }
    if (control != null) {
      reference.add(control);
      shape = null;
    }
  }

  /// Chooses the thresholds once enough is known of the reference.
  private void choose() {
    double total = reference.total();
    if (total < ENOUGH_TO_CHOOSE) {
      return;
    }
    var bounds = reference.bounds();
    var weights = new double[bounds.length];
    for (int k = 0; k < TAILS.length; k++) {
      int best = -1;
      double nearest = FAR_OFF;
      for (int b = 0; b < bounds.length; b++) {
        double share = reference.above(bounds[b]) / total;
        double off = share > 0 ? Math.abs(StrictMath.log(share / TAILS[k])) : Double.MAX_VALUE;
        if (share < MOST_SHARE && off < nearest) {
          nearest = off;
          best = b;
        }
      }
      if (best >= 0) {
        weights[best] += WEIGHTS[k];
      }
    }
    var chosen = new ArrayList<Tail>();
    for (int b = 0; b < bounds.length; b++) {
      if (weights[b] > 0) {
        chosen.add(new Tail(bounds[b], weights[b], dispersion(bounds[b]), margin, settings));
      }
    }
    tails = List.copyOf(chosen);
  }

  private double dispersion(double bound) {
    int b = baseline == null ? -1 : baseline.bounds().indexOf(bound);
    return baseline == null || b < 0 ? 1 : baseline.dispersion().get(b);
  }

  private double logSafety() {
    if (tails.isEmpty()) {
      return 0;
    }
    return Math.min(tails.getFirst().logSafety(), tails.getLast().logSafety());
  }

  @Override
  public Evidence evidence() {
    boolean beside = against == Evidence.Reference.CONTROL;
    var other = beside ? controlSum : known();
    double n1 = candidateSum.total();
    double n0 = other.total();
    var interval = Interval.UNKNOWN;
    double error = Double.POSITIVE_INFINITY;
    if (n1 > 0 && n0 > 0) {
      double mean = candidateSum.meanLog();
      double otherMean = other.meanLog();
      error =
          candidateSum.varianceLog(mean) / n1
              + other.varianceLog(otherMean) / n0
              + noise.variance() / 4;
      interval = Interval.of(mean - otherMean, error, 1 / StrictMath.exp(finding.threshold()));
    }
    double bound = tails.isEmpty() ? Double.NaN : tails.getFirst().bound;
    double safeAt = StrictMath.log(1 / settings.harm().level());
    double safety = logSafety();
    double boundary = beside ? 1 + margin : Math.max(1.15, 1 + margin);
    double seenFrom =
        boundary * StrictMath.exp(StrictMath.sqrt(2 * error * (finding.threshold() + 2)));
    return new Evidence(
        finding.signal(),
        finding.standing(safety >= safeAt),
        against,
        interval.estimate(),
        interval.low(),
        interval.high(),
        boundary,
        finding.logE(),
        finding.most(),
        finding.threshold(),
        safety,
        safeAt,
        n1 > 0 && !tails.isEmpty() ? candidateSum.above(bound) : Double.NaN,
        n1,
        n0 > 0 && !tails.isEmpty() ? other.above(bound) : Double.NaN,
        n0,
        seenFrom,
        finding.isBreached() && !Double.isNaN(firstJudged)
            ? epoch.plusMillis(Math.round(firstJudged * 1000))
            : null,
        text(interval, other, boundary, n1, n0));
  }

  private String text(Interval interval, Buckets other, double boundary, double n1, double n0) {
    return finding.inWords(
        "median %.4g, p99 %.4g (%.0f requests) against %.4g, %.4g (%.0f) in %s: %.3fx, within"
            + " %.2f..%.2f at all looks; a breach when the evidence against \"at most %.2fx as long\""
            + " reaches %.1f nats (now %.1f)",
        quantile(candidateSum, 0.5),
        quantile(candidateSum, 0.99),
        n1,
        quantile(other, 0.5),
        quantile(other, 0.99),
        n0,
        against.words(),
        interval.estimate(),
        interval.low(),
        interval.high(),
        boundary,
        finding.threshold(),
        finding.logE());
  }

  private static double quantile(Buckets buckets, double q) {
    return buckets.total() > 0 ? buckets.quantile(q) : Double.NaN;
  }
}
