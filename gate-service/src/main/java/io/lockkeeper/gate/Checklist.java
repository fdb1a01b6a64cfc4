package io.lockkeeper.gate;

import io.lockkeeper.events.GateEvent.PreconditionChecked;
import io.lockkeeper.runbook.ReleaseRequest;
import io.lockkeeper.runbook.ReleaseRequest.Artifact;
import io.lockkeeper.runbook.ReleaseRequest.Evidence;
import io.lockkeeper.runbook.ReleaseRequest.Toggle;
import io.lockkeeper.runbook.Runbook;
import io.lockkeeper.runbook.Runbook.InfrastructureStep;
import io.lockkeeper.runbook.Runbook.Precondition;
import io.lockkeeper.runbook.Runbook.Rollback;
import io.lockkeeper.runbook.Verdict;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// PRE1–PRE4, G1, G4: what a request and its runbook come to, by themselves. The evidence is what
/// CI attests; nothing here is asked of anybody, so the same request always comes to the same.
final class Checklist {

  private Checklist() {}

  /// What one check came to.
  record Finding(boolean passed, String reason) {}

  /// PRE1–PRE4: one precondition. Evidence that is missing has not passed.
  static PreconditionChecked precondition(Precondition asked, ReleaseRequest request) {
    Verdict verdict = verdict(asked.check(), request);
    return new PreconditionChecked(
        asked.line(), asked.check(), verdict, reason(asked.check(), request));
  }

  /// G1: the evidence that the runbook names has passed, and the scope says of every migration how
  /// it is run.
  static Finding readiness(ReleaseRequest request, Runbook runbook, @Nullable Artifact running) {
    List<String> wrong = new ArrayList<>();
    for (String check : runbook.gates().readiness().checks()) {
      if (verdict(check, request) != Verdict.PASSED) {
        wrong.add(reason(check, request));
      }
    }
    Set<String> steps = new HashSet<>();
    for (InfrastructureStep step : infrastructure(request, runbook).toList()) {
      if (!steps.add(step.name())) {
        wrong.add("the infrastructure step " + step.name() + " is named twice");
      }
    }
    for (String migration : request.scope().migrations()) {
      if (!steps.contains(migration)) {
        wrong.add(
            "no infrastructure step declares the migration "
                + migration
                + " and whether it can be undone");
      }
    }
    if (request.first() && running != null) {
      wrong.add("it calls itself the first release, but " + running.version() + " is running");
    }
    return wrong.isEmpty()
        ? new Finding(true, "scope: " + scope(request))
        : new Finding(false, String.join("; ", wrong));
  }

  /// G4: scripts, backups, flag states and an artifact to go back to are at hand.
  ///
  /// @param stable what the way back leads to; null when nothing is known
  static Finding backout(ReleaseRequest request, Runbook runbook, @Nullable Artifact stable) {
    List<String> wrong = new ArrayList<>();
    Rollback rollback = runbook.rollback();
    if (rollback.method() == Rollback.Method.SCRIPT
        && (rollback.script() == null
            || !request.backout().scripts().contains(rollback.script()))) {
      wrong.add("the rollback script " + rollback.script() + " is not among the backout scripts");
    }
    List<String> oneWay =
        infrastructure(request, runbook)
            .filter(step -> !step.reversible())
            .map(InfrastructureStep::name)
            .toList();
    if (!oneWay.isEmpty() && request.backout().backups().isEmpty()) {
      wrong.add("no backup, and these cannot be undone: " + String.join(", ", oneWay));
    }
    List<String> unrecorded =
        request.scope().toggles().stream()
            .map(Toggle::key)
            .filter(key -> !request.backout().flags().contains(key))
            .toList();
    if (!unrecorded.isEmpty()) {
      wrong.add("no recorded state of these flags: " + String.join(", ", unrecorded));
    }
    if (stable == null) {
      wrong.add("no stable artifact is known to go back to");
    }
    return wrong.isEmpty() && stable != null
        ? new Finding(true, "the way back is " + stable.version() + ", " + stable.digest())
        : new Finding(false, String.join("; ", wrong));
  }

  private static Stream<InfrastructureStep> infrastructure(
      ReleaseRequest request, Runbook runbook) {
    return Stream.concat(
        runbook.rollout().infrastructure().stream(), request.scope().infrastructure().stream());
  }

  /// The worst of what was attested: one failure among several records of a check is a failure.
  private static Verdict verdict(String check, ReleaseRequest request) {
    List<Verdict> attested = attested(check, request).map(Evidence::verdict).toList();
    return Stream.of(Verdict.FAILED, Verdict.ERRORED, Verdict.INCONCLUSIVE)
        .filter(attested::contains)
        .findFirst()
        .orElse(attested.isEmpty() ? Verdict.FAILED : Verdict.PASSED);
  }

  private static String reason(String check, ReleaseRequest request) {
    return attested(check, request)
        .filter(evidence -> evidence.verdict() == verdict(check, request))
        .findFirst()
        .map(
            evidence ->
                check
                    + " "
                    + switch (evidence.verdict()) {
                      case PASSED -> "passed";
                      case FAILED -> "failed";
                      case INCONCLUSIVE -> "was inconclusive";
                      case ERRORED -> "could not be measured";
                    }
                    + (evidence.url() == null ? "" : ": " + evidence.url()))
        .orElse("no evidence for " + check);
  }

  private static Stream<Evidence> attested(String check, ReleaseRequest request) {
    return request.evidence().stream().filter(evidence -> evidence.check().equals(check));
  }

  private static String scope(ReleaseRequest request) {
    return request.scope().features().size()
        + " features, "
        + request.scope().migrations().size()
        + " migrations, "
        + request.scope().toggles().size()
        + " toggles, "
        + request.scope().infrastructure().size()
        + " infrastructure steps";
  }
}
