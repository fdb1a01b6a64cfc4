package io.lockkeeper.monitor.judge;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Turns the raw counters of one arm into increases. A counter that fell began anew at 0, and with
/// it all counters of that instance; an instance that is not there is waited for, its counters
/// carry what it did meanwhile; the first sample of an instance is where it is counted from.
final class ArmReader {

  private final Layout layout;
  private final double forgetAfter;
  /// Which counted pairs were ever shown by anyone; shared by the arms.
  private final boolean[] known;
  private final Map<String, Series> series = new HashMap<>();
  private boolean begun;

  ArmReader(Layout layout, double forgetAfter, boolean[] known) {
    this.layout = layout;
    this.forgetAfter = forgetAfter;
    this.known = known;
  }

  private static final class Series {
    double seenAt;
    @Nullable Long requests;
    final @Nullable Trials[] trials;
    final boolean[] shown;
    final @Nullable Histogram[] durations;
    @Nullable Double cpu;
    final @Nullable Amount[] amounts;

    Series(Layout layout) {
      trials = new Trials[layout.counts().size()];
      shown = new boolean[layout.counts().size()];
      durations = new Histogram[layout.durations().size()];
      amounts = new Amount[layout.amounts().size()];
    }
  }

  /// What a sample shows, in the order of the layout.
  private record Shown(
      @Nullable Trials[] trials, @Nullable Histogram[] durations, @Nullable Amount[] amounts) {

    static Shown of(Layout layout, Sample sample) {
      var trials = new @Nullable Trials[layout.counts().size()];
      for (int i = 0; i < trials.length; i++) {
        trials[i] = sample.trials().get(layout.counts().get(i));
      }
      var durations = new @Nullable Histogram[layout.durations().size()];
      for (int i = 0; i < durations.length; i++) {
        durations[i] = sample.durations().get(layout.durations().get(i));
      }
      var amounts = new @Nullable Amount[layout.amounts().size()];
      for (int i = 0; i < amounts.length; i++) {
        amounts[i] = sample.amounts().get(layout.amounts().get(i));
      }
      return new Shown(trials, durations, amounts);
    }
  }

  /// Adds what the samples show to the tally.
  ///
  /// @return whether the arm was there at all
  boolean read(double at, List<Sample> samples, Tally tally) {
    if (samples.isEmpty()) {
      return false;
    }
    tally.instances = 0;
    for (var sample : samples) {
      var before = series.get(sample.instance());
      var s = before == null ? new Series(layout) : before;
      if (before == null) {
        series.put(sample.instance(), s);
        tally.cold |= begun;
      }
      var shown = Shown.of(layout, sample);
      boolean anew = before != null && beganAnew(s, sample, shown);
      tally.cold |= anew;
      add(s, sample, shown, anew, tally);
      s.seenAt = at;
    }
    begun = true;
    series.values().removeIf(s -> at - s.seenAt > forgetAfter);
    tally.partial |= series.values().stream().anyMatch(s -> s.seenAt < at);
    return true;
  }

  private static boolean beganAnew(Series s, Sample sample, Shown shown) {
    if (s.requests != null && sample.requests() != null && sample.requests() < s.requests) {
      return true;
    }
    if (s.cpu != null && sample.cpuSeconds() != null && sample.cpuSeconds() < s.cpu) {
      return true;
    }
    for (int i = 0; i < s.trials.length; i++) {
      var then = s.trials[i];
      var now = shown.trials[i];
      if (then != null && now != null && (now.total() < then.total() || now.bad() < then.bad())) {
        return true;
      }
    }
    for (int i = 0; i < s.durations.length; i++) {
      var then = s.durations[i];
      var now = shown.durations[i];
      if (then != null && now != null && now.total() < then.total()) {
        return true;
      }
    }
    for (int i = 0; i < s.amounts.length; i++) {
      var then = s.amounts[i];
      var now = shown.amounts[i];
      // A sum over series may come out a little less in another order; it says nothing of a
      // restart.
      if (then != null && now != null && now.events() < then.events()) {
        return true;
      }
    }
    return false;
  }

  private void add(Series s, Sample sample, Shown shown, boolean anew, Tally tally) {
    tally.instances += sample.instances();
    Long requests = sample.requests();
    double gained = 0;
    boolean measured = requests != null && s.requests != null;
    if (requests != null) {
      if (s.requests != null) {
        gained = anew ? requests : requests - s.requests;
        tally.requests += gained;
        tally.hasRequests = true;
      }
      s.requests = requests;
    }
    for (int i = 0; i < s.trials.length; i++) {
      addTrials(s, i, shown.trials[i], requests, anew, tally);
    }
    for (int i = 0; i < s.durations.length; i++) {
      var now = shown.durations[i];
      if (now != null) {
        var then = s.durations[i];
        if (then != null && then.bounds().equals(now.bounds())) {
          tally.durations[i].addIncrease(now, anew ? null : then);
        }
        s.durations[i] = now;
      }
    }
    if (sample.cpuSeconds() != null) {
      if (s.cpu != null && measured) {
        tally.cpuSeconds += anew ? sample.cpuSeconds() : sample.cpuSeconds() - s.cpu;
        tally.cpuRequests += gained;
      }
      s.cpu = sample.cpuSeconds();
    }
    if (sample.memoryBytes() != null) {
      tally.memory += sample.memoryBytes() * sample.instances();
      tally.memoryOf += sample.instances();
    }
    for (int i = 0; i < tally.level.length; i++) {
      var level = sample.saturations().get(layout.saturations().get(i));
      if (level != null) {
        tally.level[i] += level * sample.instances();
        tally.levelOf[i] += sample.instances();
      }
    }
    for (int i = 0; i < s.amounts.length; i++) {
      var now = shown.amounts[i];
      var then = s.amounts[i];
      if (now != null) {
        if (then != null) {
          tally.amount[i] += anew ? now.sum() : Math.max(0, now.sum() - then.sum());
          tally.amountOf[i] += anew ? now.events() : now.events() - then.events();
        }
        tally.shown[i] = true;
        s.amounts[i] = now;
      }
    }
  }

  private void addTrials(
      Series s, int i, @Nullable Trials seen, @Nullable Long requests, boolean anew, Tally tally) {
    var now = seen;
    if (now != null) {
      known[i] = true;
      s.shown[i] = true;
    } else if (requests != null && !s.shown[i] && isErrors(i)) {
      // A series of errors appears with the first error; until then there are none.
      now = new Trials(requests, 0);
    }
    if (now == null) {
      return;
    }
    var then = s.trials[i];
    if (then != null && known[i]) {
      double total = anew ? now.total() : Math.max(0, now.total() - then.total());
      double bad = anew ? now.bad() : Math.max(0, now.bad() - then.bad());
      tally.total[i] += total;
      tally.bad[i] += Math.min(bad, total);
      tally.counted[i] = true;
    }
    s.trials[i] = now;
  }

  private boolean isErrors(int i) {
    return layout.counts().get(i).equals(Signal.ERRORS);
  }
}
