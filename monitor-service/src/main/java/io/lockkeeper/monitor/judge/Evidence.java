package io.lockkeeper.monitor.judge;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// What is known of one signal: enough to explain the verdict and to check it. Logarithms are
/// natural. Ratios are candidate to reference, oriented so that more than 1 is worse.
///
/// @param signal        which signal
/// @param standing      where it stands
/// @param reference     what it was compared with at the last judged look
/// @param ratio         estimated ratio, `NaN` when unknown
/// @param low           lower end of the interval for the ratio that holds at all looks at once
/// @param high          upper end of it
/// @param boundary      the ratio up to which nothing is wrong; the test is against this, not
///                      against 1
/// @param logEvidence   log of the e-value against "not worse than the boundary", now
/// @param most          the largest it has been; `min(1, exp(-most))` is an anytime p-value
/// @param threshold     a breach is declared when `logEvidence` reaches this
/// @param logSafety     log of the e-value against "worse by the harm of the settings", now
/// @param safeAt        harm counts as ruled out when `logSafety` reaches this
/// @param candidateBad  events against the candidate (errors, slow requests), or `NaN`
/// @param candidateTotal things counted for the candidate
/// @param referenceBad  events of the reference
/// @param referenceTotal things counted for the reference
/// @param seenFrom      smallest ratio that this much traffic would have shown, `Infinity` when
///                      none
/// @param since         estimated start of the worsening, when the evidence points to one
/// @param rule          the rule and its numbers in words
public record Evidence(
    Signal signal,
    Standing standing,
    Reference reference,
    double ratio,
    double low,
    double high,
    double boundary,
    double logEvidence,
    double most,
    double threshold,
    double logSafety,
    double safeAt,
    double candidateBad,
    double candidateTotal,
    double referenceBad,
    double referenceTotal,
    double seenFrom,
    @Nullable Instant since,
    String rule) {

  /// What the candidate was compared with.
  public enum Reference {
    /// The stable version, running beside it.
    CONTROL("the control"),
    /// The stored baseline (and what the control showed while it ran).
    BASELINE("the baseline"),
    /// Nothing is known of the stable version; the acceptable level of the settings.
    NONE("nothing known");

    private final String words;

    Reference(String words) {
      this.words = words;
    }

    /// The reference in words, for a sentence.
    public String words() {
      return words;
    }
  }

  /// The anytime-valid p-value: the chance that a harmless candidate ever shows this much.
  public double p() {
    return Math.min(1, StrictMath.exp(-most));
  }
}
