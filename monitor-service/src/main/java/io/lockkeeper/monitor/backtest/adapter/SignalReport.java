package io.lockkeeper.monitor.backtest.adapter;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.lockkeeper.monitor.judge.Evidence;
import io.lockkeeper.monitor.judge.Standing;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// What is known of one signal, as [Evidence] has it; a number that is not known is null. Ratios
/// are candidate to reference, more than 1 is worse; evidence is in nats. M2, M4.
///
/// @param against        what the candidate was compared with
/// @param ratio          estimate of the ratio
/// @param low            lower end of the interval for it that holds at all looks at once
/// @param high           upper end of it
/// @param boundary       the ratio up to which nothing is wrong
/// @param evidence       evidence against "not worse than the boundary"
/// @param threshold      a breach when the evidence reaches it
/// @param p              chance that a harmless candidate ever shows as much
/// @param candidateBad   events against the candidate
/// @param candidateTotal things counted for the candidate
/// @param referenceBad   events of the reference
/// @param referenceTotal things counted for the reference
/// @param seenFrom       smallest ratio that this much traffic would have shown
/// @param sinceSeconds   estimated start of the worsening, from the first traffic; left out when
///                       nothing points to one
/// @param rule           the rule and its numbers in words
public record SignalReport(
    String signal,
    Standing standing,
    Evidence.Reference against,
    @Nullable Double ratio,
    @Nullable Double low,
    @Nullable Double high,
    @Nullable Double boundary,
    @Nullable Double evidence,
    @Nullable Double threshold,
    @Nullable Double p,
    @Nullable Double candidateBad,
    @Nullable Double candidateTotal,
    @Nullable Double referenceBad,
    @Nullable Double referenceTotal,
    @Nullable Double seenFrom,
    @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Long sinceSeconds,
    String rule) {

  /// Of this evidence, in a watch with its first traffic at `started`.
  static SignalReport of(Evidence found, Instant started) {
    var since = found.since();
    return new SignalReport(
        found.signal().name(),
        found.standing(),
        found.reference(),
        finite(found.ratio()),
        finite(found.low()),
        finite(found.high()),
        finite(found.boundary()),
        finite(found.logEvidence()),
        finite(found.threshold()),
        finite(found.p()),
        finite(found.candidateBad()),
        finite(found.candidateTotal()),
        finite(found.referenceBad()),
        finite(found.referenceTotal()),
        finite(found.seenFrom()),
        since == null ? null : Duration.between(started, since).toSeconds(),
        found.rule());
  }

  private static @Nullable Double finite(double value) {
    return Double.isFinite(value) ? Double.valueOf(value) : null;
  }
}
