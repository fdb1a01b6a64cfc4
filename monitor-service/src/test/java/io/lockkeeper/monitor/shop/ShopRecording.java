package io.lockkeeper.monitor.shop;

import io.lockkeeper.journal.EventJson;
import io.lockkeeper.monitor.Assessment;
import io.lockkeeper.monitor.ReleaseJudge;
import io.lockkeeper.monitor.judge.Baseline;
import io.lockkeeper.monitor.judge.Look;
import io.lockkeeper.runbook.Runbook;
import io.lockkeeper.runbook.Verdict;
import java.io.BufferedWriter;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Judges a release while it runs and keeps all looks, so that it can be judged again.
final class ShopRecording implements ShopRelease.Watcher, AutoCloseable {

  /// What the judge made of a release.
  ///
  /// @param verdict the last one
  /// @param seconds from the candidate's first request to the breach; to the end without one
  /// @param signal  what was worse; empty without a breach
  /// @param words   the judge's reason
  record Outcome(Verdict verdict, double seconds, String signal, String words) {}

  private final double atLeast;
  private final @Nullable BufferedWriter file;
  private @Nullable ReleaseJudge judge;
  private @Nullable Outcome outcome;

  /// @param due a breach does not end the release before this second, so that enough is recorded to
  ///            judge it again by another rule; 0: it never ends it
  ShopRecording(Path file, int due) throws IOException {
    this.atLeast = due > 0 ? due : Double.POSITIVE_INFINITY;
    this.file = Files.newBufferedWriter(file);
  }

  private ShopRecording() {
    atLeast = 0;
    file = null;
  }

  /// Judges a recorded release again.
  static Outcome again(Path file, ShopCase release) throws IOException {
    List<String> lines = Files.readAllLines(file);
    try (var watcher = new ShopRecording()) {
      var anywhere = URI.create("http://127.0.0.1/metrics");
      watcher.begins(
          ShopRunbook.of(anywhere, anywhere, release.rateCounts()),
          EventJson.mapper().readValue(lines.getFirst(), Baseline.class));
      Look first = null;
      for (String line : lines.subList(1, lines.size())) {
        var look = EventJson.mapper().readValue(line, Look.class);
        first = first == null ? look : first;
        if (!watcher.sees(look, Duration.between(first.at(), look.at()))) {
          break;
        }
      }
      return watcher.outcome();
    }
  }

  @Override
  public void begins(Runbook runbook, Baseline baseline) throws IOException {
    judge = new ReleaseJudge(runbook, baseline);
    write(baseline);
  }

  @Override
  public boolean sees(Look look, Duration running) throws IOException {
    if (judge == null) {
      throw new IllegalStateException("a release begins with its baseline");
    }
    write(look);
    var assessment = judge.look(look);
    double seconds = running.toMillis() / 1000.0;
    if (outcome == null || outcome.verdict() != Verdict.FAILED) {
      outcome = outcome(assessment, seconds);
    }
    return outcome.verdict() != Verdict.FAILED || seconds < atLeast;
  }

  Outcome outcome() {
    return outcome == null
        ? new Outcome(Verdict.ERRORED, 0, "", "there was not a single look")
        : outcome;
  }

  @Override
  public void close() throws IOException {
    if (file != null) {
      file.close();
    }
  }

  private void write(Object value) throws IOException {
    if (file != null) {
      file.write(EventJson.mapper().writeValueAsString(value));
      file.newLine();
    }
  }

  private static Outcome outcome(Assessment assessment, double seconds) {
    var breach = assessment.breach();
    return new Outcome(
        assessment.verdict(),
        seconds,
        breach == null ? "" : breach.measure().signal(),
        assessment.reason());
  }
}
