package io.lockkeeper.quickstart.shop;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;

/// Everything that a target must not forget: what it does now, the newest effect it accepted and
/// how
/// far that is, and the keys it has seen, with a digest of what stood under each.
///
/// `versions` maps an artifact's digest to the URL of its instance. `newest` is `null` until the
/// first effect; `state` is about `newest`.
record TargetState(
    int weight,
    boolean open,
    @Nullable String candidate,
    @Nullable String stable,
    Map<String, String> versions,
    @Nullable Effect newest,
    Progress state,
    @Nullable String message,
    SequencedMap<String, String> keys) {

  /// Older keys need not be known: the fence refuses what came under them.
  private static final int MAX_KEYS = 200;

  /// How far the newest accepted effect is.
  enum Progress {
    /// No effect was accepted yet.
    NONE,
    RUNNING,
    SUCCEEDED,
    FAILED
  }

  TargetState {
    versions = Map.copyOf(versions);
  }

  /// What a target tells about itself, in answers and when it is read.
  record Report(
      Progress state,
      int weight,
      boolean open,
      @Nullable String candidate,
      @Nullable String stable,
      @Nullable Fence fence,
      @Nullable String message) {}

  static TargetState first(String stable, Map<String, String> versions) {
    return new TargetState(
        0, true, null, stable, versions, null, Progress.NONE, null, new LinkedHashMap<>());
  }

  TargetState knowing(Map<String, String> moreVersions) {
    Map<String, String> all = new LinkedHashMap<>(versions);
    all.putAll(moreVersions);
    return new TargetState(weight, open, candidate, stable, all, newest, state, message, keys);
  }

  TargetState accepting(Effect effect, String meaning) {
    SequencedMap<String, String> more = new LinkedHashMap<>(keys);
    more.put(effect.key(), meaning);
    for (String oldest :
        List.copyOf(more.keySet()).subList(0, Math.max(0, more.size() - MAX_KEYS))) {
      more.remove(oldest);
    }
    return new TargetState(
        weight, open, candidate, stable, versions, effect, Progress.RUNNING, null, more);
  }

  TargetState shifted(Effect effect, int toWeight) {
    return new TargetState(
        toWeight,
        open,
        effect.candidate() == null ? candidate : effect.candidate(),
        effect.stable(),
        versions,
        newest,
        state,
        message,
        keys);
  }

  TargetState opened(boolean nowOpen) {
    return new TargetState(
        weight, nowOpen, candidate, stable, versions, newest, state, message, keys);
  }

  TargetState ended(Progress how, @Nullable String why) {
    return new TargetState(weight, open, candidate, stable, versions, newest, how, why, keys);
  }

  @Nullable Fence fence() {
    return newest == null ? null : newest.fence();
  }

  Report report() {
    return new Report(state, weight, open, candidate, stable, fence(), message);
  }

  /// The report of a target that claims to have done what the newest effect asks, whatever it did.
  Report claim() {
    if (newest == null) {
      return report();
    }
    Integer asked = newest.weight();
    return new Report(
        Progress.SUCCEEDED,
        newest.action() == Effect.Action.SHIFT && asked != null ? asked : weight,
        switch (newest.action()) {
          case CLOSE -> false;
          case REOPEN -> true;
          case SHIFT, RUN, REVERT, SCRIPT, RESTORE, VALIDATE -> open;
        },
        newest.candidate() == null ? candidate : newest.candidate(),
        newest.stable() == null ? stable : newest.stable(),
        newest.fence(),
        null);
  }
}
