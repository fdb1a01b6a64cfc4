package io.lockkeeper.simulation.invariant;

import io.lockkeeper.events.Fact;
import io.lockkeeper.events.GateEvent.ApprovalGranted;
import io.lockkeeper.runbook.ReleaseRequest;

/// Across releases.
final class NobodyApprovesTheirOwn extends Invariant {

  NobodyApprovesTheirOwn(Truth truth) {
    super(truth, "no one approves their own");
  }

  @Override
  public void written(Fact fact) {
    if (!(fact.event() instanceof ApprovalGranted granted)) {
      return;
    }
    Course course = truth.course(fact.release());
    ReleaseRequest request = course.accepted().request();
    String name = granted.by().name();
    require(
        !name.equals(request.requestedBy()) && !request.source().authors().contains(name),
        "%s approves %s, which is their own",
        name,
        fact.release());
    long times =
        course
            .all(ApprovalGranted.class)
            .filter(
                other ->
                    other.request().equals(granted.request()) && other.by().name().equals(name))
            .count();
    require(times == 1, "%s counts %s times for %s", name, times, fact.release());
  }
}
