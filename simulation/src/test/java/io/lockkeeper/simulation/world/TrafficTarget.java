package io.lockkeeper.simulation.world;

import io.lockkeeper.events.ReleaseId;
import io.lockkeeper.rollout.PlatformGoal.Action;
import io.lockkeeper.rollout.PlatformGoal.Fence;
import io.lockkeeper.runbook.Digest;
import io.lockkeeper.runbook.Lane;
import io.lockkeeper.simulation.platform.Timeline;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What really carries the traffic of one lane.
///
/// A *refusing* target keeps the largest fence, refuses smaller ones, and acts once for each key. A
/// *readable*
/// one does what it is told, whenever it is told, as often as it is told; it can only be read back,
/// and for a
/// while shows what was so before.
public final class TrafficTarget {

  /// How much the target promises.
  public enum Kind {
    REFUSING,
    READABLE
  }

  /// What is asked for.
  public record Effect(
      ReleaseId release,
      Fence fence,
      Action action,
      @Nullable String subject,
      int weight,
      Digest candidate) {

    /// What names the effect for good.
    public String key() {
      return release + ":" + fence.token() + "." + fence.number();
    }
  }

  /// How an effect stands.
  public enum Status {
    NONE,
    RUNNING,
    SUCCEEDED,
    FAILED,
    /// A larger fence was accepted before.
    LATE,
    /// The key was used for something else.
    OTHER
  }

  /// What the target says of itself.
  public record View(Status status, int weight, boolean open, @Nullable Fence fence) {}

  private static final class Job {
    private final Effect effect;
    private Status status = Status.RUNNING;

    Job(Effect effect) {
      this.effect = effect;
    }
  }

  private record Shown(Instant at, Map<Digest, Integer> shares) {}

  private static final Duration STALE = Duration.ofSeconds(5);

  private final Lane lane;
  private final Kind kind;
  private final Timeline timeline;
  private final WorldWitness witness;
  private final Map<Digest, Integer> shares = new LinkedHashMap<>();
  private final Map<String, Job> jobs = new HashMap<>();
  private final List<String> done = new ArrayList<>();
  private Shown before;
  private boolean open = true;
  private boolean corrupt;
  private @Nullable Fence accepted;
  private @Nullable Job newest;
  private boolean faulty = true;
  private boolean broken;

  /// A target on which no candidate has traffic.
  public TrafficTarget(Lane lane, Kind kind, Timeline timeline, WorldWitness witness) {
    this.lane = lane;
    this.kind = kind;
    this.timeline = timeline;
    this.witness = witness;
    this.before = new Shown(Timeline.START, Map.of());
  }

  /// Where it carries traffic.
  public Lane lane() {
    return lane;
  }

  /// How much it promises.
  public Kind kind() {
    return kind;
  }

  /// The share of this candidate now, percent.
  public int share(Digest candidate) {
    return open ? shares.getOrDefault(candidate, 0) : 0;
  }

  /// Whether traffic comes in.
  public boolean isOpen() {
    return open;
  }

  /// Whether data were restored and nobody has validated them.
  public boolean isUnvalidated() {
    return corrupt;
  }

  /// Whether it refuses late calls and has done everything it was asked for: only then does an
  /// engineer touch it.
  public boolean isSettled() {
    return kind == Kind.REFUSING && newest != null && newest.status == Status.SUCCEEDED;
  }

  /// Whether every effect fails, for now.
  public void setBroken(boolean broken) {
    this.broken = broken;
  }

  /// From now on effects are done soon and completely.
  public void makeReliable() {
    faulty = false;
    broken = false;
  }

  /// An effect arrives.
  public View receive(Effect effect) {
    if (kind == Kind.READABLE) {
      return receiveReadable(effect);
    }
    Job known = jobs.get(effect.key());
    if (known != null) {
      return view(known.effect.equals(effect) ? known.status : Status.OTHER, effect.candidate());
    }
    if (accepted != null && effect.fence().compareTo(accepted) <= 0) {
      return view(Status.LATE, effect.candidate());
    }
    accepted = effect.fence();
    begin(effect);
    return view(jobs.get(effect.key()).status, effect.candidate());
  }

  private View receiveReadable(Effect effect) {
    begin(effect);
    return view(Status.RUNNING, effect.candidate());
  }

  /// What the target shows of the newest effect it accepted. A readable one may show what was.
  public View read(Digest candidate) {
    return view(newest == null ? Status.NONE : newest.status, candidate);
  }

  private View view(Status status, Digest candidate) {
    Map<Digest, Integer> shown = shares;
    if (kind == Kind.READABLE
        && faulty
        && timeline.now().isBefore(before.at.plus(STALE))
        && timeline.chance(300)) {
      shown = before.shares;
    }
    return new View(status, shown.getOrDefault(candidate, 0), open, accepted);
  }

  private void begin(Effect effect) {
    Job job = new Job(effect);
    jobs.put(effect.key(), job);
    newest = job;
    witness.acted(this, effect);
    if (broken || faulty && timeline.chance(40)) {
      timeline.after(timeline.millis(50, 2_000), () -> fail(job));
      return;
    }
    boolean slow = faulty && timeline.chance(120);
    int most = kind == Kind.READABLE ? 9_000 : 70_000;
    Duration length = slow ? timeline.millis(3_000, most) : timeline.millis(20, 2_500);
    if (effect.action() == Action.SHIFT && timeline.chance(slow ? 700 : 300)) {
      timeline.after(length.dividedBy(slow ? 10 : 2), () -> partly(job));
    }
    timeline.after(length, () -> finish(job));
  }

  private void fail(Job job) {
    if (isCurrent(job)) {
      job.status = Status.FAILED;
    }
  }

  private void partly(Job job) {
    if (isCurrent(job)) {
      int from = shares.getOrDefault(job.effect.candidate(), 0);
      set(job.effect.candidate(), (from + job.effect.weight() + 1) / 2);
    }
  }

  private void finish(Job job) {
    if (!isCurrent(job)) {
      return;
    }
    Effect effect = job.effect;
    switch (effect.action()) {
      case SHIFT -> set(effect.candidate(), effect.weight());
      case RUN -> done.add(String.valueOf(effect.subject()));
      case REVERT -> done.remove(String.valueOf(effect.subject()));
      case SCRIPT -> done.add("script " + effect.subject());
      case CLOSE -> setOpen(false);
      case RESTORE -> corrupt = true;
      case VALIDATE -> corrupt = false;
      case REOPEN -> setOpen(true);
    }
    job.status = Status.SUCCEEDED;
  }

  /// A refusing target drops what it was doing for a larger fence; a readable one finishes
  /// everything.
  private boolean isCurrent(Job job) {
    return job.status == Status.RUNNING && (kind == Kind.READABLE || job == newest);
  }

  private void set(Digest candidate, int weight) {
    int from = shares.getOrDefault(candidate, 0);
    before = new Shown(timeline.now(), Map.copyOf(shares));
    shares.put(candidate, weight);
    if (from != weight) {
      witness.shifted(this, candidate, from, weight);
    }
  }

  private void setOpen(boolean open) {
    if (this.open != open) {
      this.open = open;
      witness.opened(this, open);
    }
  }

  /// A named person finishes a way back that the target did not.
  public void finishByHand(Digest candidate) {
    corrupt = false;
    set(candidate, 0);
    setOpen(true);
  }

  /// An engineer takes the candidate's traffic away by hand.
  public void lowerByHand(Digest candidate) {
    if (shares.getOrDefault(candidate, 0) > 0) {
      witness.touched(this, candidate, 0);
      set(candidate, 0);
    }
  }
}
