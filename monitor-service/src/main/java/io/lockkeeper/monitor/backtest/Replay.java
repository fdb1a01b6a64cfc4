package io.lockkeeper.monitor.backtest;

import io.lockkeeper.monitor.judge.Baseline;
import io.lockkeeper.monitor.judge.Judge;
import io.lockkeeper.monitor.judge.JudgeSettings;
import io.lockkeeper.monitor.judge.Judgement;
import io.lockkeeper.monitor.judge.Look;
import io.lockkeeper.monitor.judge.Verdict;
import org.jspecify.annotations.Nullable;

/// Judges recorded looks one after the other, as if they were live: a look knows nothing of the
/// looks after it. Ends with the first breach; what comes after it changes nothing. Not
/// thread-safe. M2.
public final class Replay {

  private final Judge judge;
  private @Nullable Judgement last;

  /// A replay from the beginning.
  ///
  /// @param baseline what the stable version showed before; `null` when nothing was recorded
  public Replay(JudgeSettings settings, @Nullable Baseline baseline) {
    judge = new Judge(settings, baseline);
  }

  /// Takes the next look and says what would have been said after it.
  public Judgement look(Look look) {
    if (last == null || last.verdict() != Verdict.FAILED) {
      last = judge.look(look);
    }
    return last;
  }
}
