package io.lockkeeper.monitor.backtest.adapter;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.lockkeeper.events.Fact;
import io.lockkeeper.events.GateEvent;
import io.lockkeeper.events.ReleaseId;
import io.lockkeeper.journal.EventJournal;
import io.lockkeeper.journal.EventJson;
import io.lockkeeper.journal.JournalUnavailable;
import io.lockkeeper.monitor.ReleaseJudge;
import io.lockkeeper.monitor.adapter.LookArchive;
import io.lockkeeper.monitor.adapter.LookBook;
import io.lockkeeper.monitor.adapter.TelemetrySettings;
import io.lockkeeper.monitor.adapter.WatchHistory;
import io.lockkeeper.monitor.backtest.Backtest;
import io.lockkeeper.monitor.backtest.RecordedCase;
import io.lockkeeper.monitor.judge.JudgeSettings;
import io.lockkeeper.monitor.judge.Look;
import io.lockkeeper.monitor.judge.Signal;
import io.lockkeeper.problem.Problem.Fault;
import io.lockkeeper.problem.ProblemException;
import io.lockkeeper.runbook.Digest;
import io.lockkeeper.runbook.Runbook;
import io.lockkeeper.runbook.Runbook.Monitoring;
import jakarta.annotation.security.RolesAllowed;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotNull;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.apache.kafka.common.KafkaException;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/// Judges recorded telemetry again: "would another budget have caught it earlier?". Changes
/// nothing. The judge is that of live releases. Runbook M2, M4, P1.
@Path("/backtests")
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_JSON)
@RolesAllowed({"viewer", "ci", "operator"})
public class BacktestResource {

  /// Each takes a thread and up to some seconds of a core, which live releases need more.
  private static final int AT_ONCE = 2;

  /// So long before looks are forgotten they are no longer read from the table, so that none goes
  /// while it is being read.
  private static final Duration BEFORE_FORGOTTEN = Duration.ofHours(1);

  /// Looks may be sent after the last fact: when the brokers were away, and when the release went
  /// on being looked at.
  private static final Duration AFTER_LAST_FACT = Duration.ofHours(1);

  private static final Duration LONGEST = Duration.ofDays(366);
  private static final int MOST_SIGNALS = 64;

  private final EventJournal journal;
  private final LookBook book;
  private final LookArchive archive;
  private final Duration keep;
  private final Clock clock = Clock.systemUTC();
  private final Semaphore places = new Semaphore(AT_ONCE);

  BacktestResource(
      EventJournal journal, LookBook book, LookArchive archive, TelemetrySettings settings) {
    this.journal = journal;
    this.book = book;
    this.archive = archive;
    this.keep = settings.keep();
  }

  /// What to judge, and how: either a release or a case.
  ///
  /// @param release    a release of the past, or one that is live, by its recorded looks
  /// @param recorded   a case in the format of docs/judge.md
  /// @param monitoring what is to be different in the runbook's section `monitoring`
  /// @param settings   what is to be different in the judge's settings, after `monitoring`
  public record BacktestRequest(
      @Nullable ReleaseId release,
      @JsonProperty("case")
          @Schema(
              type = SchemaType.OBJECT,
              implementation = Map.class,
              description = "A case in the format of docs/judge.md.")
          @Nullable JsonNode recorded,
      @Schema(
              type = SchemaType.OBJECT,
              implementation = Map.class,
              description =
                  "What is to be different in the runbook's section monitoring"
                      + " (docs/runbook-schema.json).")
          @Nullable JsonNode monitoring,
      @Nullable @Valid JudgeOptions settings) {}

  /// Judges the looks of a release, or a case, from the first to the last or the first breach.
  @POST
  public BacktestReport judge(@NotNull @Valid BacktestRequest body) {
    ReleaseId release = body.release();
    JsonNode recorded = given(body.recorded());
    if ((release == null) == (recorded == null)) {
      throw invalid("", "must have either release or case");
    }
    if (!places.tryAcquire()) {
      throw new ProblemException(
          429,
          "too-many-backtests",
          "Too many backtests at once",
          "At most %d are run at the same time; ask again in some seconds.".formatted(AT_ONCE));
    }
    try {
      return recorded == null
          ? ofRelease(Objects.requireNonNull(release), body)
          : ofCase(recorded, body);
    } finally {
      places.release();
    }
  }

  private BacktestReport ofRelease(ReleaseId release, BacktestRequest body) {
    List<Fact> history = journal.history(release);
    if (history.stream().noneMatch(fact -> fact.event() instanceof GateEvent.ReleaseAccepted)) {
      throw new ProblemException(
          404,
          "unknown-release",
          "No such release",
          "monitor-service knows no accepted release " + release);
    }
    Runbook runbook = WatchHistory.accepted(history).runbook();
    Monitoring monitoring =
        merged(EventJson.mapper().valueToTree(runbook.monitoring()), body.monitoring());
    JudgeSettings settings = settings(usual(runbook.rollout(), monitoring), body);
    ReleaseBacktest backtest = new ReleaseBacktest(release, history, settings);
    read(release, history, backtest);
    return backtest.report().orElseThrow(() -> nothing(release, history));
  }

  private void read(ReleaseId release, List<Fact> history, ReleaseBacktest backtest) {
    Instant since = WatchHistory.since(history);
    if (clock.instant().isBefore(since.plus(keep).minus(BEFORE_FORGOTTEN)) && areKept(history)) {
      book.read(release, backtest::add);
      return;
    }
    Instant until = history.getLast().time().plus(AFTER_LAST_FACT);
    try {
      archive.read(release, since, until, backtest::add);
    } catch (KafkaException e) {
      TimeoutException away = new TimeoutException("the brokers cannot be reached");
      away.initCause(e);
      throw new JournalUnavailable("recorded looks cannot be read", away);
    } catch (TimeoutException e) {
      throw new JournalUnavailable("recorded looks cannot be read", e);
    }
  }

  private boolean areKept(List<Fact> history) {
    return WatchHistory.looks(history).allMatch(look -> isKept(look.id()));
  }

  private boolean isKept(String look) {
    try {
      return book.find(UUID.fromString(look)).isPresent();
    } catch (IllegalArgumentException e) {
      return false; // no id of ours
    }
  }

  private static ProblemException nothing(ReleaseId release, List<Fact> history) {
    return WatchHistory.looks(history).findAny().isPresent()
        ? new ProblemException(
            410,
            "looks-gone",
            "The looks are not kept any more",
            "Neither the database nor the topic has the looks at the candidate of release "
                + release
                + " any more; what was decided on them is in its log.")
        : new ProblemException(
            404,
            "no-looks",
            "Nothing was looked at",
            "No look at the candidate of release " + release + " succeeded so far.");
  }

  private static BacktestReport ofCase(JsonNode json, BacktestRequest body) {
    RecordedCase recorded = read(json);
    Monitoring monitoring = merged(section(recorded), body.monitoring());
    JudgeSettings usual =
        Backtest.settings(recorded).with(draft -> draft.signals = judged(monitoring));
    JudgeSettings settings = settings(usual, body);
    try {
      Backtest backtest = Backtest.of(recorded, settings);
      return BacktestReport.of(
          null,
          recorded.name(),
          Instant.EPOCH,
          backtest.judgement(),
          null,
          looks(recorded),
          JudgeOptions.of(settings),
          List.of());
    } catch (IllegalArgumentException e) {
      throw invalid("/case", "cannot be judged: " + e.getMessage());
    }
  }

  private static RecordedCase read(JsonNode json) {
    try {
      return CaseReader.read(json);
    } catch (BrokenDocumentException e) {
      throw invalid("/case" + e.field(), e.detail());
    }
  }

  /// The section that a runbook would have for what a case records.
  private static ObjectNode section(RecordedCase recorded) {
    ObjectNode section = EventJson.mapper().createObjectNode();
    section.put("interval", recorded.step().toString());
    section.put("validation", recorded.planned().toString());
    section.putArray("stable");
    section.putArray("candidate");
    ArrayNode signals = section.putArray("signals");
    for (Signal signal : RecordedCase.SIGNALS) {
      signals
          .addObject()
          .put("name", signal.name())
          .put("metric", signal.name())
          .put("kind", signal.kind().name())
          .put("critical", signal.critical());
    }
    return section;
  }

  private static BacktestReport.Looks looks(RecordedCase recorded) {
    List<Look> looks = recorded.looks();
    String digests = looks.stream().map(look -> digest(look) + "\n").collect(Collectors.joining());
    return new BacktestReport.Looks(
        looks.size(),
        looks.getFirst().at(),
        looks.getLast().at(),
        Digest.of(digests.getBytes(UTF_8)),
        null,
        true,
        null);
  }

  private static Digest digest(Look look) {
    try {
      return Digest.of(EventJson.mapper().writeValueAsBytes(look));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a look can be written", e);
    }
  }

  /// This section with what is to be different.
  private static Monitoring merged(ObjectNode section, @Nullable JsonNode asked) {
    JsonNode changes = given(asked);
    if (changes instanceof ObjectNode fields) {
      section.setAll(fields);
    } else if (changes != null) {
      throw invalid("/monitoring", "must be an object");
    }
    try {
      return EventJson.mapper()
          .readerFor(Monitoring.class)
          .with(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .readValue(section);
    } catch (JsonMappingException e) {
      String pointer =
          e.getPath().stream()
              .map(
                  step ->
                      "/"
                          + (step.getFieldName() == null
                              ? Integer.toString(step.getIndex())
                              : step.getFieldName()))
              .collect(Collectors.joining());
      throw invalid("/monitoring" + pointer, "is not what a runbook has there");
    } catch (IOException e) {
      throw invalid("/monitoring", "is not what a runbook has there");
    }
  }

  private static JudgeSettings usual(Runbook.Rollout rollout, Monitoring monitoring) {
    if (monitoring.validation().compareTo(LONGEST) > 0) {
      throw invalid("/monitoring/validation", "must be at most " + LONGEST);
    }
    judged(monitoring);
    return ReleaseJudge.settings(rollout, monitoring);
  }

  /// The section's signals as they are judged.
  private static List<Signal> judged(Monitoring monitoring) {
    List<Runbook.Signal> signals = monitoring.signals();
    if (signals.isEmpty() || signals.size() > MOST_SIGNALS) {
      throw invalid("/monitoring/signals", "must be 1 to " + MOST_SIGNALS + " signals");
    }
    for (int i = 0; i < signals.size(); i++) {
      Runbook.Signal signal = signals.get(i);
      if (signal.name() == null || signal.name().isBlank() || signal.kind() == null) {
        throw invalid("/monitoring/signals/" + i, "must have a name and a kind");
      }
    }
    return ReleaseJudge.judged(signals);
  }

  private static JudgeSettings settings(JudgeSettings usual, BacktestRequest body) {
    JudgeOptions options = body.settings();
    try {
      return options == null ? usual : options.changed(usual);
    } catch (BrokenDocumentException e) {
      throw invalid("/settings" + e.field(), e.detail());
    }
  }

  private static @Nullable JsonNode given(@Nullable JsonNode node) {
    return node == null || node.isNull() ? null : node;
  }

  private static ProblemException invalid(String pointer, String detail) {
    return new ProblemException(
        422,
        "invalid-request",
        "The request is not valid",
        (pointer.isEmpty() ? "The body" : pointer) + " " + detail,
        List.of(new Fault(pointer, detail)));
  }
}
