package io.lockkeeper.journal;

import io.micrometer.core.instrument.Tags;
import java.util.List;
import java.util.stream.Collectors;

/// What a service counts in its own tables for its metrics. A service that has something to count
/// produces one as a CDI bean; it is asked together with the journal's own numbers every few
/// seconds, so that nobody's scrape asks the database.
///
/// @param from what all of it is counted in: a `from` clause; empty for none
public record Census(String from, List<Gauge> gauges) {

  public Census {
    gauges = List.copyOf(gauges);
  }

  /// One number.
  ///
  /// @param column   how it is asked for; null is nothing
  /// @param unit     the base unit; empty when it is a plain number
  /// @param tags     few and of few values: never a release, a service or a person
  public record Gauge(String column, String name, String unit, Tags tags, String description) {

    /// A number of something.
    public static Gauge count(String column, String name, String description) {
      return new Gauge(column, name, "", Tags.empty(), description);
    }

    /// The seconds since the earliest of these times.
    public static Gauge since(String earliest, String name, String description) {
      String column = "extract(epoch from clock_timestamp() - min(" + earliest + "))";
      return new Gauge(column, name, "seconds", Tags.empty(), description);
    }

    /// How many rows say `value` in this column, with that as a tag.
    public static Gauge of(String column, String value, String name, String description) {
      String count = "count(*) filter (where " + column + " = '" + value + "')";
      return new Gauge(count, name, "", Tags.of(column, value), description);
    }
  }

  /// The query for one row with all the numbers, in their order.
  String sql() {
    return gauges.stream().map(Gauge::column).collect(Collectors.joining(", ", "select ", " "))
        + from;
  }
}
