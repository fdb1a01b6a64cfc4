package io.lockkeeper.monitor;

import io.lockkeeper.events.MonitorEvent.Measure;
import io.lockkeeper.runbook.Verdict;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What the judge makes of everything seen so far: the verdict if the watch ended with this look.
/// Runbook M2, R1.
///
/// `PASSED` says that enough was measured and nothing is wrong; `INCONCLUSIVE` that too little was;
/// `ERRORED` that nothing usable was. Only a breach makes it `FAILED`.
///
/// @param reason   one sentence for people
/// @param measures every signal in numbers
/// @param breach   the critical signal whose evidence suffices; null while none does
public record Assessment(
    Verdict verdict, String reason, List<Measure> measures, @Nullable Breach breach) {

  public Assessment {
    measures = List.copyOf(measures);
    if (verdict == Verdict.FAILED != (breach != null)) {
      throw new IllegalArgumentException("FAILED and a breach come together or not at all");
    }
  }

  /// Enough was measured, and nothing is wrong.
  public static Assessment passed(String reason, List<Measure> measures) {
    return new Assessment(Verdict.PASSED, reason, measures, null);
  }

  /// Measured, but too little to say.
  public static Assessment inconclusive(String reason, List<Measure> measures) {
    return new Assessment(Verdict.INCONCLUSIVE, reason, measures, null);
  }

  /// Nothing usable was measured.
  public static Assessment errored(String reason) {
    return new Assessment(Verdict.ERRORED, reason, List.of(), null);
  }

  /// A critical signal is worse than its budget or baseline allows.
  public static Assessment failed(String reason, List<Measure> measures, Breach breach) {
    return new Assessment(Verdict.FAILED, reason, measures, breach);
  }

  /// R1: the signal that is worse than allowed.
  ///
  /// @param evidence what was compared, how sure that is, and by which rule, in words
  public record Breach(Measure measure, String evidence) {}
}
