package io.lockkeeper.journal;

import static org.assertj.core.api.Assertions.assertThat;

import io.lockkeeper.events.Actor;
import io.lockkeeper.events.ReleaseId;
import io.lockkeeper.events.RolloutEvent.CommandRefused;
import io.lockkeeper.events.Writer;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/// What the metrics show of the database.
final class SamplingTest {

  private static final TestTopic TOPIC = new TestTopic();

  private final MeterRegistry registry = new SimpleMeterRegistry();
  private final Replica replica =
      Replica.on(
              Replica.newDatabase(),
              new JournalOwner(
                  Writer.ROLLOUT,
                  Set.of(),
                  new Reaction(
                      (_, _) -> List.of(),
                      _ -> Optional.of(Instant.now().minusSeconds(60)),
                      (_, _) -> {}),
                  _ -> {}),
              Clock.systemUTC(),
              TOPIC.name())
          .opened();
  private final Sampling sampling =
      new Sampling(
          replica.pool(),
          registry,
          List.of(
              JournalStatus.CENSUS,
              new Census(
                  "from (values ('DONE')) as release (phase)",
                  List.of(
                      Census.Gauge.of("phase", "DONE", "releases", ""),
                      Census.Gauge.of("phase", "OPEN", "releases", "")))));

  @AfterEach
  void end() {
    replica.kill();
  }

  private double value(String name) {
    return registry.get(name).gauge().value();
  }

  private void execute(String sql) throws SQLException {
    try (Connection connection = replica.pool().getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  @Test
  @DisplayName(
      "What waits for the topic, what is stuck and what is overdue has a number and an age")
  void numbers() throws SQLException {
    ReleaseId release = new ReleaseId(UUID.randomUUID().toString());
    replica
        .journal()
        .record(release, (_, _) -> List.of(new CommandRefused("wait", Actor.RUNBOOK, "no")));
    sampling.sample();
    assertThat(value("lockkeeper.journal.unpublished")).isEqualTo(1);
    assertThat(value("lockkeeper.journal.unpublished.oldest")).isPositive();
    assertThat(value("lockkeeper.journal.open")).isEqualTo(1);
    assertThat(value("lockkeeper.alarms.overdue")).isEqualTo(1);
    assertThat(value("lockkeeper.alarms.overdue.longest")).isBetween(60.0, 600.0);
    assertThat(value("lockkeeper.journal.stuck")).isZero();
    assertThat(value("lockkeeper.sample.age")).isBetween(0.0, 60.0);

    execute("insert into stuck values ('" + release + "', 'a bug', false)");
    execute("delete from unpublished");
    assertThat(value("lockkeeper.journal.stuck")).as("a scrape asks nothing").isZero();
    sampling.sample();
    assertThat(value("lockkeeper.journal.stuck")).isEqualTo(1);
    assertThat(value("lockkeeper.journal.unpublished")).isZero();
    assertThat(value("lockkeeper.journal.unpublished.oldest")).isZero();
    assertThat(value("lockkeeper.alarms.overdue")).as("stuck says it already").isZero();
  }

  @Test
  @DisplayName("A service's own numbers come beside the journal's, by tag")
  void census() {
    sampling.sample();
    assertThat(registry.get("releases").tag("phase", "DONE").gauge().value()).isEqualTo(1);
    assertThat(registry.get("releases").tag("phase", "OPEN").gauge().value()).isZero();
  }

  @Test
  @DisplayName("There is no number before the database was asked, and none when it cannot be")
  void noNumbers() {
    assertThat(value("lockkeeper.journal.stuck")).isNaN();
    sampling.sample();
    assertThat(value("lockkeeper.journal.stuck")).isZero();
    replica.pool().close();
    sampling.sample();
    assertThat(value("lockkeeper.journal.stuck")).isNaN();
  }
}
