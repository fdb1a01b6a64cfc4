package io.lockkeeper.simulation.invariant;

import io.lockkeeper.events.Fact;
import io.lockkeeper.events.Writer;
import io.lockkeeper.runbook.Digest;
import io.lockkeeper.simulation.platform.Topic;
import io.lockkeeper.simulation.world.TrafficTarget;

/// Something that must always hold. It is told of everything that happens, with eyes that no
/// service has, and
/// throws a [Violation] the moment it does not.
public abstract class Invariant {

  /// What really happened so far.
  protected final Truth truth;

  private final String line;

  /// An invariant of one run.
  ///
  /// @param line the sentence that asks for it
  protected Invariant(Truth truth, String line) {
    this.truth = truth;
    this.line = line;
  }

  /// The sentence that asks for it.
  public final String line() {
    return line;
  }

  /// A service wrote this fact.
  public void written(Fact fact) {}

  /// A service has this fact in its journal, its own or another's.
  ///
  /// @param recovering whether it was adopted
  public void known(Writer service, Fact fact, boolean recovering) {}

  /// A record is on the topic.
  public void published(Topic.Delivery delivery) {}

  /// A candidate's share changed.
  public void shifted(TrafficTarget target, Digest candidate, int from, int to) {}

  /// An effect began to act.
  public void acted(TrafficTarget target, TrafficTarget.Effect effect) {}

  /// Traffic was let in again, or shut out.
  public void opened(TrafficTarget target, boolean open) {}

  /// An engineer lowered a share by hand.
  public void touched(TrafficTarget target, Digest candidate, int to) {}

  /// A step is over, and everything that belongs together has happened.
  public void step() {}

  /// The run is over: everything is quiet, or it should be.
  public void end() {}

  /// Says that it does not hold.
  protected final Violation violation(String what, Object... arguments) {
    return new Violation(getClass().getSimpleName(), line, what.formatted(arguments));
  }

  /// Throws unless it holds.
  protected final void require(boolean holds, String what, Object... arguments) {
    if (!holds) {
      throw violation(what, arguments);
    }
  }
}
