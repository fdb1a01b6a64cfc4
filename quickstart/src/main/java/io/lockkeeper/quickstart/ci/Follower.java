package io.lockkeeper.quickstart.ci;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.lockkeeper.events.ReleaseId;
import io.lockkeeper.quickstart.wire.Progress;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/// Follows one release to its end, telling each step of its log as it appears; before that, where
/// it was asked for on Kafka, the request to its fate.
public final class Follower {

  private static final Duration BETWEEN_LOOKS = Duration.ofMillis(500);

  /// So many more looks at the end, for the log to hear of it.
  private static final int LAST_LOOKS = 20;

  private final Services services;
  private final Progress progress;
  private final boolean waitForPeople;
  private int told;
  private JsonNode gate = MissingNode.getInstance();
  private JsonNode rollout = MissingNode.getInstance();
  private JsonNode log = MissingNode.getInstance();

  /// @param waitForPeople whether to go on when only a person can
  public Follower(Services services, Progress progress, boolean waitForPeople) {
    this.services = services;
    this.progress = progress;
    this.waitForPeople = waitForPeople;
  }

  /// Waits until gate-service has read the record at this place on `release-requests`, which asks
  /// for this release.
  ///
  /// @return what became of it; empty when it is not read in time
  public Optional<RequestFate> fate(ReleaseId release, int partition, long offset, Instant until)
      throws IOException, InterruptedException {
    while (true) {
      try {
        Optional<RequestFate> fate =
            services.fate(partition, offset).filter(read -> read.isOf(release));
        if (fate.isPresent()) {
          return fate;
        }
        progress.waits("waits for the request to be read (gate-service)");
      } catch (Services.Unavailable e) {
        progress.waits(String.valueOf(e.getMessage()));
      }
      if (!Instant.now().isBefore(until)) {
        return Optional.empty();
      }
      Thread.sleep(BETWEEN_LOOKS);
    }
  }

  /// Waits until the release has ended, or only a person can go on.
  public ReleaseEnd follow(String release, Instant until) throws IOException, InterruptedException {
    while (true) {
      try {
        Optional<ReleaseEnd> ended = look(release);
        boolean person = ended.equals(Optional.of(ReleaseEnd.WAITING_FOR_A_PERSON));
        if (ended.isPresent() && !person) {
          hearTheEnd(release);
          return ended.get();
        }
        if (person && !waitForPeople) {
          return ReleaseEnd.WAITING_FOR_A_PERSON;
        }
      } catch (Services.Unavailable e) {
        progress.waits(String.valueOf(e.getMessage()));
      }
      if (!Instant.now().isBefore(until)) {
        return ReleaseEnd.NOT_ENDED_IN_TIME;
      }
      Thread.sleep(BETWEEN_LOOKS);
    }
  }

  /// Why it ended so, or what it waits for; empty when nobody has said.
  public String reason() {
    JsonNode said = log.path("overview").path("reason");
    return said.isTextual() ? said.textValue() : Services.waitsFor(gate, rollout);
  }

  private void hearTheEnd(String release) throws IOException, InterruptedException {
    for (int looks = 0; looks < LAST_LOOKS; looks++) {
      tell(services.log(release));
      JsonNode overview = log.path("overview");
      if (overview.path("reason").isTextual() && !overview.hasNonNull("waitsFor")) {
        return; // its log is closed
      }
      Thread.sleep(BETWEEN_LOOKS);
    }
  }

  private Optional<ReleaseEnd> look(String release) throws IOException, InterruptedException {
    gate = services.gate(release).orElse(MissingNode.getInstance());
    rollout = services.rollout(release);
    Optional<ReleaseEnd> ended = ReleaseEnd.of(gate, rollout);
    // After the answer, so that what led to an end is told before it.
    tell(services.log(release));
    progress.waits(ended.isPresent() ? "" : Services.waitsFor(gate, rollout));
    return ended;
  }

  private void tell(JsonNode newest) {
    log = newest;
    JsonNode steps = log.path("steps");
    for (; told < steps.size(); told++) {
      JsonNode entry = steps.get(told).path("entry");
      StringBuilder lines = new StringBuilder();
      entry
          .path("lines")
          .forEach(line -> lines.append(lines.isEmpty() ? "" : " ").append(line.asText()));
      String time = entry.path("time").asText();
      progress.step(
          "%s  %-8s  %s"
              .formatted(
                  time.length() >= 23 ? time.substring(11, 23) : time,
                  lines,
                  entry.path("title").asText()));
    }
  }
}
