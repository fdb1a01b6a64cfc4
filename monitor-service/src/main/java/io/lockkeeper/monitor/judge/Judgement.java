package io.lockkeeper.monitor.judge;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The verdict after a look: what would be said if the watch ended now. Runbook D4, M1, R1.
///
/// @param at        time of the look it rests on
/// @param verdict   the verdict
/// @param reason    why, as a code
/// @param signal    the signal that decided it, if one did
/// @param signals   the evidence of every signal, in the order of the settings
/// @param coverage  share of the looks since the last change of weight that measured the candidate
/// @param observed  time really observed since the last change of weight
/// @param requests  the candidate's requests since the last change of weight
/// @param text      one sentence for people
public record Judgement(
    Instant at,
    Verdict verdict,
    Reason reason,
    @Nullable String signal,
    List<Evidence> signals,
    double coverage,
    Duration observed,
    long requests,
    String text) {

  public Judgement {
    signals = List.copyOf(signals);
  }

  /// Why a verdict is what it is.
  public enum Reason {
    /// Nothing wrong was found in enough measurements.
    HEALTHY,
    /// A critical signal's evidence crossed its threshold.
    BREACH,
    /// Most requests failed, scrape after scrape, while the control was well.
    CATASTROPHE,
    /// The candidate gets no traffic by plan.
    NOT_STARTED,
    /// The candidate should get traffic, and no request has arrived.
    NO_TRAFFIC,
    /// Too few requests or looks since the last change of weight.
    TOO_LITTLE_TRAFFIC,
    /// A critical signal has half of the evidence that a breach takes.
    LOOKS_WORSE,
    /// Evidence for "not worse" is required and has not come in.
    HARM_NOT_RULED_OUT,
    /// The candidate is not being scraped.
    TELEMETRY_MISSING
  }

  /// The evidence of one signal.
  ///
  /// @throws IllegalArgumentException when no signal has that name
  public Evidence evidence(String name) {
    return signals.stream()
        .filter(e -> e.signal().name().equals(name))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("no signal " + name));
  }
}
