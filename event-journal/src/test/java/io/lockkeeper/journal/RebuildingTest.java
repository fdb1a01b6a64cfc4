package io.lockkeeper.journal;

import static org.assertj.core.api.Assertions.assertThat;

import io.lockkeeper.events.ReleaseId;
import java.time.Clock;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/// What the log of a service says while its journal is rebuilt.
final class RebuildingTest {

  private static final ReleaseId ONE = new ReleaseId("one");
  private static final ReleaseId OTHER = new ReleaseId("other");

  private Instant now = Instant.parse("2026-03-01T10:00:00Z");
  private final List<String> said = new ArrayList<>();
  private final Rebuilding rebuilding = new Rebuilding(clock(), said::add);

  private Clock clock() {
    InstantSource source = () -> now;
    return source.withZone(ZoneOffset.UTC);
  }

  private void read(int records, double seconds, ReleaseId... of) {
    now = now.plusMillis(Math.round(seconds * 1000));
    rebuilding.read(records, List.of(of));
  }

  @Test
  @DisplayName("At the end: how many facts of how many releases were read, and in what time")
  void end() {
    rebuilding.begin(3);
    read(3, 1.25, ONE, OTHER, ONE);
    assertThat(said).isEmpty();
    rebuilding.end();
    assertThat(said)
        .containsExactly(
            "the journal is rebuilt from the topic: 3 facts of 2 releases read in 1.3 s");
  }

  @Test
  @DisplayName("A long one says every ten seconds how far it is")
  void progress() {
    rebuilding.begin(4000);
    read(500, 6, ONE);
    read(500, 6, OTHER);
    read(500, 6, ONE);
    read(500, 6, ONE);
    assertThat(said)
        .containsExactly(
            "rebuilding the journal from the topic: 1000 of about 4000 records,"
                + " 2 facts of 2 releases read in 12.0 s",
            "rebuilding the journal from the topic: 2000 of about 4000 records,"
                + " 4 facts of 2 releases read in 24.0 s");
  }

  @Test
  @DisplayName("After trouble it goes on counting where it was")
  void trouble() {
    rebuilding.begin(1000);
    read(600, 5, ONE);
    now = now.plusSeconds(5);
    rebuilding.begin(400);
    read(100, 0, OTHER);
    rebuilding.end();
    assertThat(said)
        .containsExactly(
            "rebuilding the journal from the topic: 700 of about 1000 records,"
                + " 2 facts of 2 releases read in 10.0 s",
            "the journal is rebuilt from the topic: 2 facts of 2 releases read in 10.0 s");
  }

  @Test
  @DisplayName("One is one")
  void one() {
    rebuilding.begin(1);
    read(1, 0, ONE);
    rebuilding.end();
    assertThat(said)
        .containsExactly(
            "the journal is rebuilt from the topic: 1 fact of 1 release read in 0.0 s");
  }

  @Test
  @DisplayName("When nothing has to be rebuilt, nothing is said")
  void nothing() {
    rebuilding.end();
    assertThat(said).isEmpty();
  }
}
