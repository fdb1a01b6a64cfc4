package io.lockkeeper.gate.adapter;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.lockkeeper.events.Actor;
import io.lockkeeper.events.EventTypes;
import io.lockkeeper.events.GateEvent;
import io.lockkeeper.events.GateEvent.Problem;
import io.lockkeeper.events.GateEvent.Subject;
import io.lockkeeper.events.ReleaseId;
import io.lockkeeper.gate.GateCommand;
import io.lockkeeper.gate.adapter.CloudEvent.Unreadable;
import io.lockkeeper.journal.EventJson;
import io.lockkeeper.journal.JournalLimits;
import io.lockkeeper.runbook.Digest;
import io.lockkeeper.runbook.ReleaseRequest;
import io.lockkeeper.runbook.Runbook;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/// What is asked, on `release-requests` or by HTTP. The topic is open to the outside: nothing of a
/// record is believed, and whoever it names is only claimed. By HTTP the token says who asks.
@ApplicationScoped
public class RequestReader {

  /// The codes of `ReleaseRefused`.
  static final String INVALID = "invalid";
  static final String UNKNOWN_RUNBOOK = "unknown-runbook";
  static final String TOO_LARGE = "too-large";

  private static final Pattern PINNED =
      Pattern.compile("@sha256(?::|%3[aA])(?<hex>[0-9a-fA-F]{64})");
  private static final int MOST_STAGES = 50;
  private static final int LONGEST_NAME = 200;

  private final Runbooks runbooks;
  private final JsonSchema requests = JsonSchema.named(JsonSchema.REQUEST);
  private final JsonSchema withdrawals = JsonSchema.named(JsonSchema.WITHDRAWAL);

  RequestReader(Runbooks runbooks) {
    this.runbooks = runbooks;
  }

  /// What is asked, of which release.
  record Asked(ReleaseId release, GateCommand command) {}

  /// Reads a record.
  ///
  /// @throws Unreadable when it is no request that could be answered
  Asked read(ConsumerRecord<byte[], byte[]> record) throws Unreadable {
    CloudEvent event = CloudEvent.read(record);
    return switch (event.type()) {
      case EventTypes.RELEASE_REQUESTED -> request(event, requester(event.data()));
      case EventTypes.WITHDRAWAL_REQUESTED -> withdrawal(event.data());
      default -> throw unknownType(event);
    };
  }

  /// Reads a request that came by HTTP.
  ///
  /// @param caller whose token it came with
  /// @throws Unreadable when it is no request that could be answered
  Asked read(CloudEvent.Attributes headers, byte[] body, Actor caller) throws Unreadable {
    CloudEvent event = CloudEvent.read(headers, body);
    if (!event.type().equals(EventTypes.RELEASE_REQUESTED)) {
      throw unknownType(event);
    }
    return request(event, caller);
  }

  private static Unreadable unknownType(CloudEvent event) {
    return new Unreadable("unknown-type", "nothing is known of events " + event.type());
  }

  /// The refusal of a request that makes too large a fact.
  static GateCommand tooLarge(GateCommand.Request request) {
    ReleaseRequest asked = request.request();
    return new GateCommand.Refuse(
        TOO_LARGE,
        List.of(limit()),
        request.requester(),
        new Subject(asked.service(), asked.environment(), asked.version()),
        request.digest());
  }

  private Asked request(CloudEvent event, Actor requester) {
    ReleaseId release = ReleaseId.of(event.source(), event.id());
    JsonNode data = event.data();
    byte[] content = data.toString().getBytes(StandardCharsets.UTF_8);
    if (content.length > JournalLimits.FACT_BYTES) {
      return refused(release, data, requester, TOO_LARGE, List.of(limit()));
    }
    List<Problem> problems = requests.problems(data);
    if (!problems.isEmpty()) {
      return refused(release, data, requester, INVALID, problems);
    }
    ReleaseRequest request;
    try {
      request = EventJson.mapper().treeToValue(data, ReleaseRequest.class);
    } catch (JsonProcessingException | RuntimeException e) {
      // What the schema lets through and the records do not.
      String reason =
          e instanceof JsonProcessingException json ? json.getOriginalMessage() : e.getMessage();
      return refused(
          release,
          data,
          requester,
          INVALID,
          List.of(new Problem("", PlainText.of(String.valueOf(reason)))));
    }
    Optional<Runbook> runbook = runbooks.named(request.runbook());
    return runbook.isEmpty()
        ? refused(
            release,
            data,
            requester,
            UNKNOWN_RUNBOOK,
            List.of(
                new Problem(
                    "/runbook",
                    "is none of the runbooks here, which are "
                        + String.join(", ", runbooks.names()))))
        : accepted(release, data, request, runbook.get(), requester);
  }

  private Asked accepted(
      ReleaseId release, JsonNode data, ReleaseRequest request, Runbook runbook, Actor requester) {
    List<Problem> contradictions =
        Stream.of(
                contradiction("/artifact/digest", request.artifact()),
                contradiction("/stable/digest", request.stable()))
            .flatMap(Optional::stream)
            .toList();
    if (!contradictions.isEmpty()) {
      return refused(release, data, requester, INVALID, contradictions);
    }
    ReleaseRequest.Window window = request.window();
    if (window != null && !window.start().isBefore(window.end())) {
      return refused(
          release,
          data,
          requester,
          INVALID,
          List.of(new Problem("/window/end", "is not after its start")));
    }
    int stages =
        request.scope().infrastructure().size()
            + runbook.rollout().infrastructure().size()
            + runbook.rollout().stages().size();
    if (stages > MOST_STAGES) {
      return refused(
          release,
          data,
          requester,
          INVALID,
          List.of(
              new Problem(
                  "/scope/infrastructure",
                  "with the runbook's own these are "
                      + stages
                      + " stages; at most "
                      + MOST_STAGES)));
    }
    Digest digest = digest(request, runbook);
    GateEvent whole = new GateEvent.ReleaseAccepted(request, runbook, digest, requester);
    return EventJson.write(whole).length > JournalLimits.FACT_BYTES
        ? refused(release, data, requester, TOO_LARGE, List.of(limit()))
        : new Asked(release, new GateCommand.Request(request, runbook, digest, requester));
  }

  /// A purl may pin a digest itself; what is asked for must be one thing.
  private static Optional<Problem> contradiction(
      String pointer, ReleaseRequest.@Nullable Artifact artifact) {
    if (artifact == null) {
      return Optional.empty();
    }
    Matcher pinned = PINNED.matcher(artifact.purl());
    return pinned.find()
            && !artifact.digest().value().equalsIgnoreCase("sha256:" + pinned.group("hex"))
        ? Optional.of(new Problem(pointer, "is not the digest that the purl names"))
        : Optional.empty();
  }

  private Asked withdrawal(JsonNode data) throws Unreadable {
    List<Problem> problems = withdrawals.problems(data);
    if (!problems.isEmpty()) {
      Problem first = problems.getFirst();
      throw new Unreadable("invalid-withdrawal", first.pointer() + ": " + first.detail());
    }
    ReleaseId release;
    try {
      release =
          data.has("release")
              ? new ReleaseId(data.get("release").asText())
              : ReleaseId.of(data.get("source").asText(), data.get("id").asText());
    } catch (IllegalArgumentException e) {
      throw new Unreadable("invalid-withdrawal", "/release: is no release id");
    }
    return new Asked(
        release,
        new GateCommand.Withdraw(
            Actor.claimed(data.get("requestedBy").asText()), false, data.get("reason").asText()));
  }

  private static Asked refused(
      ReleaseId release, JsonNode data, Actor requester, String code, List<Problem> problems) {
    Digest content = Digest.of(data.toString().getBytes(StandardCharsets.UTF_8));
    Subject subject =
        new Subject(name(data, "service"), name(data, "environment"), name(data, "version"));
    return new Asked(release, new GateCommand.Refuse(code, problems, requester, subject, content));
  }

  private static Actor requester(JsonNode data) {
    return Actor.claimed(Objects.requireNonNullElse(name(data, "requestedBy"), "unknown"));
  }

  /// A field of a request that may be wrong in any way; null when nobody can be shown it.
  private static @Nullable String name(JsonNode data, String field) {
    String text = data.path(field).textValue();
    boolean usable =
        text != null
            && !text.isBlank()
            && text.length() <= LONGEST_NAME
            && PlainText.isPlain(text)
            && text.chars().noneMatch(Character::isISOControl);
    return usable ? text : null;
  }

  private static Problem limit() {
    return new Problem(
        "",
        "with its runbook it is larger than a fact may be: " + JournalLimits.FACT_BYTES + " bytes");
  }

  /// What an approval is bound to: the bytes of the request and of the resolved runbook, in this
  /// order.
  private static Digest digest(ReleaseRequest request, Runbook runbook) {
    record Bound(ReleaseRequest request, Runbook runbook) {}
    try {
      return Digest.of(EventJson.mapper().writeValueAsBytes(new Bound(request, runbook)));
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }
}
