package io.lockkeeper.simulation.invariant;

import io.lockkeeper.events.AuditEvent.ReleaseClosed;
import io.lockkeeper.events.GateEvent.ReleaseAccepted;
import io.lockkeeper.events.Writer;

/// It ends.
final class EverySettlesAndCloses extends Invariant {

  EverySettlesAndCloses(Truth truth) {
    super(
        truth,
        "after faults stop every accepted release settles within the sum of its bounds and closes");
  }

  @Override
  public void end() {
    for (Course course : truth.courses()) {
      if (course.has(ReleaseAccepted.class)) {
        require(
            course.settled().isPresent(), "%s never settled%s", course.release(), stuck(course));
        require(course.has(ReleaseClosed.class), "%s was never closed", course.release());
      }
    }
  }

  private String stuck(Course course) {
    StringBuilder why = new StringBuilder();
    for (Writer writer : Writer.values()) {
      truth
          .service(writer)
          .database()
          .stuckReason(course.release())
          .ifPresent(
              reason -> why.append("; ").append(writer).append(" is stuck: ").append(reason));
    }
    return why.toString();
  }
}
