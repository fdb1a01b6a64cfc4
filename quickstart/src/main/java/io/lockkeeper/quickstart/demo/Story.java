package io.lockkeeper.quickstart.demo;

import io.lockkeeper.events.Outcome;
import io.lockkeeper.events.ReleaseId;
import io.lockkeeper.quickstart.ci.Services;
import io.lockkeeper.quickstart.demo.AuditClient.Log;
import io.lockkeeper.quickstart.demo.AuditClient.Step;
import io.lockkeeper.quickstart.wire.Progress;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// Follows one release through its deployment log, as the log grows, and says meanwhile what it
/// waits for.
public final class Story {

  private static final Duration BETWEEN_LOOKS = Duration.ofMillis(300);

  private final Services services;
  private final AuditClient audit;
  private final Progress progress;

  /// A story that tells each step as it appears.
  public Story(Services services, AuditClient audit, Progress progress) {
    this.services = services;
    this.audit = audit;
    this.progress = progress;
  }

  /// Waits until the log of this release is closed, or the release was refused.
  ///
  /// @return how the release ended
  /// @throws IOException when it does not end in time, or was refused
  public Outcome follow(ReleaseId release, Duration atMost)
      throws IOException, InterruptedException {
    Instant end = Instant.now().plus(atMost);
    try {
      int told = 0;
      while (Instant.now().isBefore(end)) {
        Optional<Log> log = audit.log(release);
        if (log.isPresent()) {
          List<Step> steps = log.get().steps();
          steps.subList(told, steps.size()).forEach(this::tell);
          told = steps.size();
          if (log.get().refused().isPresent()) {
            throw new IOException("the release was refused: " + log.get().refused().get());
          }
          if (log.get().closed() && log.get().outcome().isPresent()) {
            return log.get().outcome().get();
          }
        }
        tellWhatItWaitsFor(release);
        Thread.sleep(BETWEEN_LOOKS);
      }
    } finally {
      progress.waits("");
    }
    throw new IOException(
        "the release " + release + " has not ended after " + atMost.toSeconds() + " s");
  }

  private void tellWhatItWaitsFor(ReleaseId release) throws IOException, InterruptedException {
    try {
      progress.waits(indented(services.waitsFor(release.value())));
    } catch (Services.Unavailable e) {
      progress.waits(indented(String.valueOf(e.getMessage())));
    }
  }

  private static String indented(String line) {
    return line.isEmpty() ? "" : "  " + line;
  }

  private void tell(Step step) {
    String time = step.time().length() >= 23 ? step.time().substring(11, 23) : step.time();
    progress.step("  %s  %-8s  %s".formatted(time, step.lines(), step.title()));
  }
}
