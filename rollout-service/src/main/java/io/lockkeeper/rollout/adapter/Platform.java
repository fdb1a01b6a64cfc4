package io.lockkeeper.rollout.adapter;

import io.lockkeeper.events.ReleaseId;
import io.lockkeeper.rollout.PlatformGoal.Change;
import io.lockkeeper.rollout.PlatformGoal.Fence;
import io.lockkeeper.runbook.Digest;
import io.lockkeeper.runbook.Lane;
import java.net.URI;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What a rollout moves: traffic between two versions, and the infrastructure under them. Runbook
/// D2, D3, R2, R3.
///
/// Both calls block, can be interrupted at any time, and may be repeated at any time: a change of
/// the same fence
/// acts once.
public interface Platform {

  /// Brings the target to this change and reads back whether it shows it. Trouble that may pass (a
  /// connection
  /// refused, a time-out, a 5xx) is tried again until it passes or the caller interrupts.
  Result bring(Target target, Change change) throws InterruptedException;

  /// What the target shows; empty when it cannot be read now.
  Optional<Observation> observe(Target target) throws InterruptedException;

  /// Whose target, and between which two artifacts.
  ///
  /// @param stable null when there is nothing to go back to but removal
  record Target(ReleaseId release, Lane lane, URI url, Digest candidate, @Nullable Digest stable) {}

  /// What became of a change.
  sealed interface Result {

    /// The target was read back and shows it.
    record Shown() implements Result {}

    /// The target says that it cannot, or shows something else.
    record Failed(String reason) implements Result {}
  }

  /// What the target shows.
  ///
  /// @param weight   the candidate's share, percent
  /// @param fence    the newest change that the target accepted
  /// @param changing whether it is still at that change, so that the share is about to be another
  record Observation(int weight, Fence fence, boolean changing) {}
}
