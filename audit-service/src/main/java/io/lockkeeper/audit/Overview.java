package io.lockkeeper.audit;

import io.lockkeeper.events.AuditEvent.ReleaseClosed;
import io.lockkeeper.events.Fact;
import io.lockkeeper.events.GateEvent.ReleaseAccepted;
import io.lockkeeper.events.GateEvent.ReleaseRefused;
import io.lockkeeper.events.GateEvent.Subject;
import io.lockkeeper.events.Outcome;
import io.lockkeeper.events.ReleaseEvent;
import io.lockkeeper.events.ReleaseId;
import io.lockkeeper.events.RolloutEvent.DeploymentStarted;
import io.lockkeeper.events.RolloutEvent.RolloutSettled;
import io.lockkeeper.runbook.Digest;
import io.lockkeeper.runbook.ReleaseRequest.Artifact;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// One release at a glance: the head of its log, and its row in the list of releases.
///
/// @param service   and version, environment: of the request; of one that was refused, as far as
///                  that could be read
/// @param runbook   and digest, artifact: null until a request is accepted
/// @param requester with what stands behind the name
/// @param digest    of the request and the resolved runbook together
/// @param phase     where it stands, in words
/// @param waitsFor  and until when, and who can end it; null when its log is closed or it was
/// refused
/// @param outcome   null until it is settled
/// @param reason    why it ended so, or why it was refused; null before
/// @param requested the time of the first fact
/// @param closed    when the log was closed last; null when it is open
/// @param facts     how many facts there are
public record Overview(
    ReleaseId release,
    @Nullable String service,
    @Nullable String version,
    @Nullable String environment,
    @Nullable String requester,
    @Nullable String runbook,
    @Nullable Digest digest,
    @Nullable Artifact artifact,
    String phase,
    @Nullable Waiting waitsFor,
    @Nullable Outcome outcome,
    @Nullable String reason,
    Instant requested,
    @Nullable Instant started,
    @Nullable Instant settled,
    @Nullable Instant closed,
    int facts) {

  /// The overview by these facts of one release, in ledger order; at least one.
  public static Overview of(List<Fact> facts) {
    Phase phase = Phase.GATES;
    for (Fact fact : facts) {
      phase = phase.after(fact.event());
    }
    Findings findings = new Findings(facts);
    Optional<ReleaseAccepted> accepted = findings.all(ReleaseAccepted.class).findFirst();
    Optional<ReleaseRefused> refused = findings.last(ReleaseRefused.class);
    Optional<Subject> subject =
        accepted
            .map(ReleaseAccepted::request)
            .map(asked -> new Subject(asked.service(), asked.environment(), asked.version()))
            .or(() -> refused.map(ReleaseRefused::subject));
    Optional<RolloutSettled> settled = findings.settled();
    return new Overview(
        facts.getFirst().release(),
        subject.map(Subject::service).map(Words::foreign).orElse(null),
        subject.map(Subject::version).map(Words::foreign).orElse(null),
        subject.map(Subject::environment).map(Words::foreign).orElse(null),
        accepted
            .map(ReleaseAccepted::requester)
            .or(() -> refused.map(ReleaseRefused::requester))
            .map(actor -> Words.foreign(actor.toString()))
            .orElse(null),
        accepted.map(found -> found.runbook().name()).orElse(null),
        accepted.map(ReleaseAccepted::digest).orElse(null),
        accepted.map(found -> found.request().artifact()).orElse(null),
        phase.words(),
        Waiting.of(phase, facts),
        settled.map(RolloutSettled::outcome).orElse(null),
        settled
            .map(RolloutSettled::reason)
            .or(() -> refused.map(ReleaseRefused::code))
            .map(Words::foreign)
            .orElse(null),
        facts.getFirst().time(),
        time(facts, DeploymentStarted.class),
        time(facts, RolloutSettled.class),
        time(facts, ReleaseClosed.class),
        facts.size());
  }

  private static @Nullable Instant time(List<Fact> facts, Class<? extends ReleaseEvent> type) {
    return facts.stream()
        .filter(fact -> type.isInstance(fact.event()))
        .map(Fact::time)
        .reduce((earlier, later) -> later)
        .orElse(null);
  }
}
