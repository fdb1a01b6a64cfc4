package io.lockkeeper.monitor.adapter;

import io.lockkeeper.monitor.budget.BudgetReading;
import io.lockkeeper.monitor.budget.BurnRule;
import io.lockkeeper.monitor.budget.CalendarPeriod;
import io.lockkeeper.monitor.budget.Span;
import io.lockkeeper.runbook.Runbook.Slo;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import java.util.concurrent.Executor;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Keeps what is known of the error budgets of one release. A look never waits: it takes what was
/// read so far and has read anew, in the background, what is old. Not thread-safe. Runbook G2, D4.
///
/// A span of time is read again when a 720th of it is over, at most every 5 min: an hour every 5 s,
/// four weeks every 5 min; and the period of a calendar window when a new one has begun. One that
/// cannot be read anew counts for 2 min longer, so that a source that flaps is no trouble.
final class BudgetWatch {

  private static final int PARTS = 720;
  private static final Duration LONGEST_PACE = Duration.ofMinutes(5);
  private static final Duration AFTER_TROUBLE = Duration.ofSeconds(5);
  private static final Duration GRACE = Duration.ofMinutes(2);
  private static final Duration SHORTEST_EXPOSURE = Duration.ofSeconds(1);
  private static final Duration LONGEST_EXPOSURE =
      BurnRule.STANDARD.stream()
          .filter(BurnRule::isFast)
          .map(BurnRule::window)
          .max(Duration::compareTo)
          .orElseThrow();

  private final EventCounts counts;
  private final Executor background;
  private final @Nullable Instant exposedAt;
  private final Map<Slo, Slots> slots = new LinkedHashMap<>();

  /// What is read for one objective.
  ///
  /// @param period       the period of a calendar window until now; null of a rolling one
  /// @param periodBefore the same until the candidate had traffic; null without one
  private record Slots(
      List<Slot> spans,
      Slot exposed,
      List<Slot> before,
      @Nullable Slot period,
      @Nullable Slot periodBefore) {}

  /// Nothing is known yet.
  ///
  /// @param background where reading may take its time
  /// @param exposedAt  when the candidate got its first traffic; null without a candidate
  /// @param known      what was known at the last look before a restart
  BudgetWatch(
      List<Slo> slos,
      EventCounts counts,
      Executor background,
      @Nullable Instant exposedAt,
      List<BudgetReading> known) {
    this.counts = counts;
    this.background = background;
    this.exposedAt = exposedAt;
    for (Slo slo : slos) {
      List<Slot> spans = lengths(slo).stream().map(Slot::new).toList();
      List<Slot> before =
          exposedAt == null ? List.of() : lengths(slo).stream().map(Slot::new).toList();
      Slot period = slo.calendar() == null ? null : new Slot(Duration.ZERO);
      Slot periodBefore = period == null || exposedAt == null ? null : new Slot(Duration.ZERO);
      for (BudgetReading reading : known) {
        if (reading.slo().equals(slo.name())) {
          before.forEach(slot -> slot.span = reading.before(slot.length).orElse(null));
          if (periodBefore != null) {
            periodBefore.span = reading.periodBefore();
          }
        }
      }
      slots.put(slo, new Slots(spans, new Slot(Duration.ZERO), before, period, periodBefore));
    }
  }

  /// One span of time of one objective.
  private static final class Slot {
    private final Duration length;
    private @Nullable Instant tried;
    private volatile boolean running;
    private volatile @Nullable Span span;
    private volatile @Nullable String trouble;

    Slot(Duration length) {
      this.length = length;
    }
  }

  /// What is known of each objective now.
  List<BudgetReading> look(Instant at) {
    List<BudgetReading> readings = new ArrayList<>();
    slots.forEach((slo, of) -> readings.add(look(slo, of, at)));
    return readings;
  }

  /// Whether every objective was answered for, in whatever way.
  boolean isSettled() {
    return slots.values().stream()
        .flatMap(BudgetWatch::now)
        .allMatch(slot -> slot.span != null || slot.trouble != null);
  }

  private BudgetReading look(Slo slo, Slots of, Instant at) {
    of.spans().forEach(slot -> read(slo, slot, slot.length, at, at));
    Instant begin = exposedAt;
    if (begin != null) {
      of.before().stream()
          .filter(slot -> slot.span == null)
          .forEach(slot -> read(slo, slot, slot.length, begin, at));
      Duration exposure = Duration.ofSeconds(Duration.between(begin, at).toSeconds());
      if (exposure.compareTo(SHORTEST_EXPOSURE) >= 0 && exposure.compareTo(LONGEST_EXPOSURE) < 0) {
        read(slo, of.exposed(), exposure, at, at);
      }
    }
    if (of.period() != null) {
      readPeriod(slo, of.period(), at, at);
    }
    if (of.periodBefore() != null && begin != null && of.periodBefore().span == null) {
      readPeriod(slo, of.periodBefore(), begin, at);
    }
    String trouble =
        now(of)
            .filter(slot -> young(slot, at) == null)
            .findFirst()
            .map(slot -> Objects.requireNonNullElse(slot.trouble, "not read yet"))
            .orElse(null);
    return new BudgetReading(
        slo.name(),
        of.spans().stream().map(slot -> young(slot, at)).filter(Objects::nonNull).toList(),
        young(of.exposed(), at),
        spans(of.before()),
        of.period() == null ? null : young(of.period(), at),
        of.periodBefore() == null ? null : of.periodBefore().span,
        trouble);
  }

  /// Everything that a reading cannot do without.
  private static Stream<Slot> now(Slots of) {
    return of.period() == null
        ? of.spans().stream()
        : Stream.concat(of.spans().stream(), Stream.of(of.period()));
  }

  private void readPeriod(Slo slo, Slot slot, Instant end, Instant now) {
    Instant until = end.truncatedTo(ChronoUnit.SECONDS);
    Instant start = CalendarPeriod.at(Objects.requireNonNull(slo.calendar()), until).start();
    Duration over = Duration.between(start, until);
    Duration shortest = BudgetReading.SHORTEST_PERIOD;
    if (slot.tried != null && slot.tried.isBefore(start)) {
      slot.tried = null; // what is known is of the period before
    }
    read(slo, slot, over.compareTo(shortest) < 0 ? shortest : over, until, now);
  }

  private static List<Span> spans(List<Slot> slots) {
    List<Span> spans = new ArrayList<>();
    for (Slot slot : slots) {
      if (slot.span != null) {
        spans.add(slot.span);
      }
    }
    return spans;
  }

  private void read(Slo slo, Slot slot, Duration length, Instant until, Instant now) {
    Duration pace = slot.trouble == null ? pace(length) : AFTER_TROUBLE;
    if (slot.running || slot.tried != null && now.isBefore(slot.tried.plus(pace))) {
      return;
    }
    slot.tried = now;
    slot.running = true;
    background.execute(
        () -> {
          try {
            slot.span = counts.count(slo, until, length);
            slot.trouble = null;
          } catch (EventCounts.Unreadable e) {
            slot.trouble = e.getMessage();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          } catch (RuntimeException e) {
            slot.trouble = e.toString();
          } finally {
            slot.running = false;
          }
        });
  }

  /// What was read, unless that is too long ago.
  private static @Nullable Span young(Slot slot, Instant at) {
    Span span = slot.span;
    return span != null && isYoung(span, at) ? span : null;
  }

  private static boolean isYoung(Span span, Instant at) {
    return !span.until().plus(pace(span.length())).plus(GRACE).isBefore(at);
  }

  private static Duration pace(Duration length) {
    Duration part = length.dividedBy(PARTS);
    return part.compareTo(LONGEST_PACE) > 0 ? LONGEST_PACE : part;
  }

  private static TreeSet<Duration> lengths(Slo slo) {
    TreeSet<Duration> lengths = new TreeSet<>();
    if (slo.calendar() == null) {
      lengths.add(slo.window());
    }
    for (BurnRule rule : BurnRule.within(slo.window())) {
      lengths.add(rule.window());
      lengths.add(rule.confirm());
    }
    return lengths;
  }
}
