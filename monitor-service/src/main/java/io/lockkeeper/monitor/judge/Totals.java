package io.lockkeeper.monitor.judge;

import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// What one version counted since a moment, kept up with scrape by scrape, for people: the numbers
/// of a [Baseline], but for dispersion and variation, which nobody judges by here: they are left
/// at 1. Resets and gaps are handled as in a watch. Not thread-safe.
public final class Totals {

  private static final double FORGET_AFTER = 600;

  private final Layout layout;
  private final ArmReader reader;
  private final Tally sum;
  private @Nullable Instant epoch;
  private @Nullable Instant from;
  private @Nullable Instant to;
  private int scrapes;
  private double instanceSeconds;

  /// Nothing so far.
  public Totals(List<Signal> signals) {
    layout = Layout.of(signals);
    reader = new ArmReader(layout, FORGET_AFTER, new boolean[layout.counts().size()]);
    sum = new Tally(layout);
  }

  /// Takes one scrape; one without instances, or not later than the last, changes nothing.
  public void add(Instant at, List<Sample> samples) {
    if (samples.isEmpty() || to != null && !at.isAfter(to)) {
      return;
    }
    epoch = epoch == null ? at : epoch;
    from = from == null ? at : from;
    reader.read(seconds(epoch, at), samples, sum);
    instanceSeconds += to == null ? 0 : sum.instances * seconds(to, at);
    to = at;
    scrapes++;
  }

  /// Begins to count anew at the last scrape.
  public void restart() {
    sum.clear();
    from = to;
    scrapes = to == null ? 0 : 1;
    instanceSeconds = 0;
  }

  /// What was counted; null before the second scrape.
  public @Nullable Baseline sum() {
    if (from == null || to == null || scrapes < 2) {
      return null;
    }
    var counts = new TreeMap<String, Baseline.Counted>();
    for (int i = 0; i < layout.counts().size(); i++) {
      if (sum.total[i] > 0) {
        counts.put(
            layout.counts().get(i),
            new Baseline.Counted((long) sum.total[i], (long) sum.bad[i], 1));
      }
    }
    var durations = new TreeMap<String, Baseline.Timed>();
    for (int d = 0; d < layout.durations().size(); d++) {
      var buckets = sum.durations[d];
      if (buckets.total() > 0) {
        durations.put(
            layout.durations().get(d),
            new Baseline.Timed(
                Arrays.stream(buckets.bounds()).boxed().toList(),
                Arrays.stream(buckets.counts()).boxed().toList(),
                Collections.nCopies(buckets.bounds().length, 1.0)));
      }
    }
    var saturations = new TreeMap<String, Double>();
    for (int i = 0; i < layout.saturations().size(); i++) {
      if (sum.levelOf[i] > 0) {
        saturations.put(layout.saturations().get(i), sum.level[i] / sum.levelOf[i]);
      }
    }
    var amounts = new TreeMap<String, Baseline.Valued>();
    for (int i = 0; i < layout.amounts().size(); i++) {
      if (sum.amountOf[i] > 0) {
        amounts.put(
            layout.amounts().get(i), new Baseline.Valued(sum.amount[i], (long) sum.amountOf[i], 1));
      }
    }
    return new Baseline(
        from,
        to,
        scrapes,
        (long) sum.requests,
        counts,
        durations,
        sum.cpuRequests > 0 ? sum.cpuSeconds / sum.cpuRequests : null,
        sum.requests > 0 ? instanceSeconds / sum.requests : 0,
        sum.memoryOf > 0 ? sum.memory / sum.memoryOf : null,
        null,
        saturations,
        amounts,
        List.of());
  }

  private static double seconds(Instant from, Instant to) {
    return Duration.between(from, to).toNanos() / 1e9;
  }
}
