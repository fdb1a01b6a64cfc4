package io.lockkeeper.simulation.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.lockkeeper.events.NotificationEvent.IncidentFiled;
import io.lockkeeper.events.NotificationEvent.ReleaseSummarized;
import io.lockkeeper.events.NotificationEvent.UpdatePosted;
import io.lockkeeper.events.NotificationEvent.WindowAnnounced;
import io.lockkeeper.events.ReleaseEvent;
import io.lockkeeper.events.ReleaseId;
import io.lockkeeper.events.RolloutEvent.DriftFound;
import io.lockkeeper.events.RolloutEvent.RollbackFailed;
import io.lockkeeper.events.RolloutEvent.RollbackStarted;
import io.lockkeeper.events.RolloutEvent.RollbackStepCompleted;
import io.lockkeeper.events.RolloutEvent.StageApplied;
import io.lockkeeper.events.RolloutEvent.StageStarted;
import io.lockkeeper.events.Writer;
import io.lockkeeper.journal.EventJson;
import io.lockkeeper.quickstart.local.Credentials;
import io.lockkeeper.quickstart.local.Layout;
import io.lockkeeper.quickstart.local.Part;
import io.lockkeeper.quickstart.wire.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.IntStream;

/// D5: what the five services say they did, what the log says, and what the world saw are the same.
/// Everything is
/// read where it stands: the services' own databases, audit-service's ledger, the files of the
/// outside programs.
final class Agreement {

  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final Layout layout;
  private final String password;

  private Agreement(Layout layout, String password) {
    this.layout = layout;
    this.password = password;
  }

  /// Checks everything that concerns these releases, which have ended.
  static void check(Site site, List<ReleaseId> releases) throws IOException, SQLException {
    String password = Credentials.read(site.stack().credentials().databasePassword());
    Agreement agreement = new Agreement(site.stack().layout(), password);
    await("the log to have every fact")
        .atMost(PATIENCE)
        .untilAsserted(() -> agreement.logEqualsFacts(releases));
    agreement.everyEffectOnce(releases);
    agreement.everyMessageOnce(releases);
  }

  private record Row(
      UUID id, Writer writer, String release, int sequence, String type, String body) {

    ReleaseEvent event() {
      return EventJson.read(type, body.getBytes(StandardCharsets.UTF_8));
    }
  }

  private void logEqualsFacts(List<ReleaseId> releases) throws SQLException {
    Map<UUID, Row> said = new HashMap<>();
    for (Part service : Part.SERVICES) {
      for (Row row : ownFacts(service, releases)) {
        said.put(row.id(), row);
      }
    }
    Map<UUID, Row> logged = new HashMap<>();
    for (Row row : ledger(releases)) {
      assertThat(logged.put(row.id(), row)).as("two entries for %s", row).isNull();
    }
    assertThat(logged).as("D5: the log has what the services said, to the byte").isEqualTo(said);
    Map<String, List<Integer>> sequences = new TreeMap<>();
    for (Row row : logged.values()) {
      sequences
          .computeIfAbsent(row.writer() + " of " + row.release(), any -> new ArrayList<>())
          .add(row.sequence());
    }
    sequences.forEach(
        (writer, numbers) -> {
          List<Integer> expected = IntStream.rangeClosed(1, numbers.size()).boxed().toList();
          assertThat(numbers.stream().sorted())
              .as("D5: neither a gap nor a number twice in the sequence of %s", writer)
              .containsExactlyElementsOf(expected);
        });
  }

  private void everyEffectOnce(List<ReleaseId> releases) throws SQLException, IOException {
    Map<String, Integer> acted = new HashMap<>();
    for (JsonNode line : lines(layout.effects())) {
      acted.merge(line.path("key").asText(), 1, Integer::sum);
    }
    for (ReleaseId release : releases) {
      Set<Integer> asked = new HashSet<>();
      Set<Integer> shown = new HashSet<>();
      for (Row row : ownFacts(Part.ROLLOUT, List.of(release))) {
        switch (row.event()) {
          case StageStarted it -> asked.add(it.effect());
          case RollbackStarted it -> asked.add(it.effect());
          case RollbackFailed it -> asked.add(it.effect());
          case DriftFound it when it.effect() != null -> asked.add(it.effect());
          case StageApplied it -> shown.add(it.effect());
          case RollbackStepCompleted it -> {
            shown.add(it.effect());
            asked.add(it.effect() + 1);
          }
          default -> {}
        }
      }
      Map<Integer, Integer> times = new TreeMap<>();
      acted.forEach(
          (key, count) -> {
            if (key.startsWith(release + ":")) {
              times.put(Integer.valueOf(key.substring(key.lastIndexOf('.') + 1)), count);
            }
          });
      assertThat(times.values()).as("every effect of %s once", release).allMatch(one -> one == 1);
      assertThat(times.keySet()).as("what was shown was done: %s", release).containsAll(shown);
      assertThat(asked).as("what was done was asked: %s", release).containsAll(times.keySet());
    }
  }

  private void everyMessageOnce(List<ReleaseId> releases) throws SQLException, IOException {
    for (ReleaseId release : releases) {
      List<String> channel = new ArrayList<>();
      List<String> incidents = new ArrayList<>();
      for (Row row : ownFacts(Part.NOTIFICATION, List.of(release))) {
        switch (row.event()) {
          case WindowAnnounced it -> channel.add(it.key());
          case UpdatePosted it -> channel.add(it.key());
          case ReleaseSummarized it -> channel.add(it.key());
          case IncidentFiled it -> incidents.add(it.key());
          default -> {}
        }
      }
      assertThat(keys(Part.CHANNEL, release))
          .as("C1–C3: the channel's messages about %s, each once", release)
          .containsExactlyInAnyOrderElementsOf(channel);
      assertThat(keys(Part.INCIDENTS, release))
          .as("R5: the incidents of %s, each once", release)
          .containsExactlyInAnyOrderElementsOf(incidents);
    }
  }

  private List<String> keys(Part receiver, ReleaseId release) throws IOException {
    return lines(layout.accepted(receiver)).stream()
        .filter(
            line -> line.path("body").path("data").path("release").asText().equals(release.value()))
        .map(line -> line.path("key").asText())
        .toList();
  }

  private static List<JsonNode> lines(Path file) throws IOException {
    List<JsonNode> lines = new ArrayList<>();
    if (Files.exists(file)) {
      for (String line : Files.readAllLines(file)) {
        lines.add(Json.tree(line.getBytes(StandardCharsets.UTF_8)));
      }
    }
    return lines;
  }

  private List<Row> ownFacts(Part service, List<ReleaseId> releases) throws SQLException {
    return rows(
        service,
        "select id, source, release_id, sequence, type, data from release_event"
            + " where source = '/"
            + service.title()
            + "' and release_id = any (?)",
        releases);
  }

  private List<Row> ledger(List<ReleaseId> releases) throws SQLException {
    return rows(
        Part.AUDIT,
        "select id, source, release_id, sequence, type, value from ledger"
            + " where not repeat and release_id = any (?)",
        releases);
  }

  private List<Row> rows(Part service, String sql, List<ReleaseId> releases) throws SQLException {
    List<Row> rows = new ArrayList<>();
    try (Connection connection =
            DriverManager.getConnection(layout.database(service), service.database(), password);
        PreparedStatement select = connection.prepareStatement(sql)) {
      Object[] ids = releases.stream().map(ReleaseId::value).toArray();
      select.setArray(1, connection.createArrayOf("text", ids));
      try (ResultSet result = select.executeQuery()) {
        while (result.next()) {
          rows.add(
              new Row(
                  result.getObject(1, UUID.class),
                  Writer.of(result.getString(2)).orElseThrow(),
                  result.getString(3),
                  result.getInt(4),
                  result.getString(5),
                  new String(Objects.requireNonNull(result.getBytes(6)), StandardCharsets.UTF_8)));
        }
      }
    }
    return rows;
  }
}
