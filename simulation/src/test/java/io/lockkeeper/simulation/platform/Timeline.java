package io.lockkeeper.simulation.platform;

import java.time.Duration;
import java.time.Instant;
import java.util.PriorityQueue;
import java.util.SplittableRandom;

/// The virtual clock and what is still to happen. One thread; equal seeds give equal runs, step by
/// step.
public final class Timeline {

  /// When every run begins.
  public static final Instant START = Instant.parse("2026-11-23T09:00:00Z");

  private record Entry(long at, long order, Runnable step) implements Comparable<Entry> {
    @Override
    public int compareTo(Entry other) {
      int byTime = Long.compare(at, other.at);
      return byTime != 0 ? byTime : Long.compare(order, other.order);
    }
  }

  private final PriorityQueue<Entry> queue = new PriorityQueue<>();
  private final SplittableRandom random;
  private long nanos;
  private long entered;
  private long steps;

  /// A clock at [#START] whose every chance follows from `seed`.
  public Timeline(long seed) {
    random = new SplittableRandom(seed);
  }

  /// The true time; services see it through their own, wrong clocks.
  public Instant now() {
    return START.plusNanos(nanos);
  }

  /// How many steps were taken.
  public long steps() {
    return steps;
  }

  /// The only source of chance.
  public SplittableRandom random() {
    return random;
  }

  /// Enters a step; steps of the same time happen in the order in which they were entered.
  public void after(Duration delay, Runnable step) {
    queue.add(new Entry(nanos + Math.max(0, delay.toNanos()), entered++, step));
  }

  /// Enters a step at this time, or at once when the time has passed.
  public void at(Instant time, Runnable step) {
    after(Duration.between(now(), time), step);
  }

  /// Takes the next step; false when there is none.
  public boolean step() {
    Entry entry = queue.poll();
    if (entry == null) {
      return false;
    }
    nanos = entry.at;
    steps++;
    entry.step.run();
    return true;
  }

  /// A duration between the two, every one as likely.
  public Duration between(Duration least, Duration most) {
    long low = least.toNanos();
    long high = most.toNanos();
    return low >= high ? least : Duration.ofNanos(random.nextLong(low, high));
  }

  /// A duration between two numbers of milliseconds.
  public Duration millis(int least, int most) {
    return Duration.ofNanos(random.nextLong(least * 1_000_000L, most * 1_000_000L));
  }

  /// True in so many of 1,000 cases.
  public boolean chance(int perMille) {
    return random.nextInt(1_000) < perMille;
  }
}
