package io.lockkeeper.simulation.system;

import io.lockkeeper.events.ReleaseId;
import io.lockkeeper.events.RolloutEvent.RolloutHalted;
import io.lockkeeper.quickstart.local.Credentials;
import io.lockkeeper.quickstart.local.Layout;
import io.lockkeeper.quickstart.local.Part;
import java.io.IOException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.stream.IntStream;

/// R1: from the sample that made a breach to the fact that halts the release, both by the clock of
/// the one machine.
final class HaltDelay {

  private static final String SAMPLE =
      "select look.at from look join release_event fact"
          + " on look.id = (convert_from(fact.data, 'UTF8')::json -> 'look' ->> 'id')::uuid"
          + " where fact.type = 'io.lockkeeper.budget.breached.v1'"
          + " and fact.source = '/monitor-service' and fact.release_id = ?";

  private HaltDelay() {}

  /// The delay of one release that was halted by a breach.
  static Duration of(Site site, ReleaseId release) throws SQLException, IOException {
    Instant halted = Instant.parse(site.steps(release, RolloutHalted.class).getFirst().time());
    Layout layout = site.stack().layout();
    String password = Credentials.read(site.stack().credentials().databasePassword());
    try (Connection connection =
            DriverManager.getConnection(
                layout.database(Part.MONITOR), Part.MONITOR.database(), password);
        PreparedStatement select = connection.prepareStatement(SAMPLE)) {
      select.setString(1, release.value());
      try (ResultSet result = select.executeQuery()) {
        if (!result.next()) {
          throw new IllegalStateException("no sample of a breach of " + release);
        }
        return Duration.between(result.getObject(1, OffsetDateTime.class).toInstant(), halted);
      }
    }
  }

  /// How they are distributed, in one line.
  static String told(List<Duration> delays) {
    List<Long> sorted = delays.stream().map(Duration::toMillis).sorted().toList();
    return "R1: sample to halt, ms: n %d, p50 %d, p99 %d, max %d"
        .formatted(sorted.size(), quantile(sorted, 50), quantile(sorted, 99), sorted.getLast());
  }

  private static long quantile(List<Long> sorted, int percent) {
    return sorted.get(
        IntStream.range(0, sorted.size())
            .filter(i -> (i + 1) * 100 >= percent * sorted.size())
            .findFirst()
            .orElseThrow());
  }
}
