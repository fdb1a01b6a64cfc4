package io.lockkeeper.monitor.backtest;

import io.lockkeeper.monitor.judge.JudgeSettings;
import io.lockkeeper.monitor.judge.Judgement;
import io.lockkeeper.monitor.judge.Signal;
import io.lockkeeper.monitor.judge.Verdict;
import java.time.Duration;
import java.time.Instant;

/// What the judge says of a recorded case. M2.
///
/// @param name      what the case is called
/// @param judgement the last judgement: the first breach, or that of the last look
public record Backtest(String name, Judgement judgement) {

  /// The defaults for this case: its signals, its scrape interval, its planned length.
  public static JudgeSettings settings(RecordedCase recorded) {
    return JudgeSettings.of(RecordedCase.SIGNALS, recorded.step())
        .with(draft -> draft.planned = recorded.planned());
  }

  /// Judges a case from its first look to its last or the first breach.
  public static Backtest of(RecordedCase recorded, JudgeSettings settings) {
    var replay = new Replay(settings, recorded.baseline());
    var looks = recorded.looks();
    var judgement = replay.look(looks.getFirst());
    for (int i = 1; i < looks.size() && judgement.verdict() != Verdict.FAILED; i++) {
      judgement = replay.look(looks.get(i));
    }
    return new Backtest(recorded.name(), judgement);
  }

  /// The verdict in the benchmark's words: `BREACH`, `HEALTHY` or `INCONCLUSIVE`.
  public String verdict() {
    return switch (judgement.verdict()) {
      case FAILED -> "BREACH";
      case PASSED -> "HEALTHY";
      case INCONCLUSIVE, ERRORED -> "INCONCLUSIVE";
    };
  }

  /// Seconds from the candidate's first traffic to the scrape that decided.
  public long atSeconds() {
    return Duration.between(Instant.EPOCH, judgement.at()).toSeconds();
  }

  /// What decided, in the benchmark's words: a signal, `nodata`, or `none`.
  public String metric() {
    return switch (judgement.verdict()) {
      case FAILED -> metric(judgement.signal() == null ? "none" : judgement.signal());
      case ERRORED -> "nodata";
      case INCONCLUSIVE -> judgement.reason() == Judgement.Reason.NO_TRAFFIC ? "nodata" : "none";
      case PASSED -> "none";
    };
  }

  private static String metric(String signal) {
    return signal.equals(Signal.DURATION) ? "latency" : signal;
  }
}
