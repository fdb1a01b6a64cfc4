package io.lockkeeper.monitor.budget;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What is known of one objective at one time.
///
/// @param slo     the name of the objective
/// @param spans   one for each length of time that is asked for, in no order
/// @param exposed from the candidate's first traffic until now; null before there is any, or when
///                that is too long ago to matter
/// @param before  the spans that ended when the candidate got its first traffic; empty without a
///                candidate
/// @param period  of a calendar window, from the start of the period until now, and
///                [#SHORTEST_PERIOD] at least; null of a rolling one
/// @param periodBefore the same when the candidate got its first traffic; null without a candidate
/// @param trouble why it cannot be relied on, in words: a span is missing or too old; null when it
///                can
public record BudgetReading(
    String slo,
    List<Span> spans,
    @Nullable Span exposed,
    List<Span> before,
    @Nullable Span period,
    @Nullable Span periodBefore,
    @Nullable String trouble) {

  /// A younger period is counted over this time, which begins before it: a source that looks at
  /// every minute or so has nothing to say of some seconds.
  public static final Duration SHORTEST_PERIOD = Duration.ofMinutes(5);

  /// A reading of a rolling window.
  public BudgetReading(
      String slo,
      List<Span> spans,
      @Nullable Span exposed,
      List<Span> before,
      @Nullable String trouble) {
    this(slo, spans, exposed, before, null, null, trouble);
  }

  public BudgetReading {
    spans = List.copyOf(spans);
    before = List.copyOf(before);
  }

  /// A reading without a candidate.
  public static BudgetReading of(String slo, List<Span> spans) {
    return new BudgetReading(slo, spans, null, List.of(), null);
  }

  /// An objective of which nothing usable is known.
  public static BudgetReading unreadable(String slo, String trouble) {
    return new BudgetReading(slo, List.of(), null, List.of(), trouble);
  }

  /// The span of this length until now; empty when there is none.
  public Optional<Span> span(Duration length) {
    return find(spans, length);
  }

  /// The span of this length before the candidate had traffic; empty when there is none.
  public Optional<Span> before(Duration length) {
    return find(before, length);
  }

  private static Optional<Span> find(List<Span> spans, Duration length) {
    return spans.stream().filter(span -> span.length().equals(length)).findFirst();
  }
}
