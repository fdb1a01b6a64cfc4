package io.lockkeeper.monitor.adapter;

import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// What a Prometheus makes of a query. No data is a result, an empty one; a wrong query is not a
/// provider that is away; neither is the other.
sealed interface PrometheusAnswer {

  /// The query was answered.
  ///
  /// @param series     what was found; may be empty
  /// @param notes      warnings and infos that came with it: the numbers may be incomplete
  /// @param histograms what native histograms are as classic buckets; not among `series`
  record Result(List<Series> series, List<String> notes, List<Series> histograms)
      implements PrometheusAnswer {
    public Result {
      series = List.copyOf(series);
      notes = List.copyOf(notes);
      histograms = List.copyOf(histograms);
    }

    /// All series; those of native histograms where a metric shows no classic buckets beside them.
    List<Series> withHistograms() {
      Set<Map<String, String>> shown =
          series.stream().map(Result::withoutBound).collect(Collectors.toSet());
      return Stream.concat(
              series.stream(),
              histograms.stream().filter(one -> !shown.contains(withoutBound(one))))
          .toList();
    }

    /// Which histogram of which target a bucket is of.
    private static Map<String, String> withoutBound(Series bucket) {
      Map<String, String> labels = new HashMap<>(bucket.labels());
      labels.remove("le");
      return labels;
    }
  }

  /// The query cannot be answered as it stands (HTTP 400 or 422): asking again does not help.
  ///
  /// @param reason in Prometheus's own words
  record Refused(String reason) implements PrometheusAnswer {}

  /// Nothing was learnt: Prometheus is away, too slow, overloaded, or does not let this service in.
  ///
  /// @param reason which of these, in words
  record Unavailable(String reason) implements PrometheusAnswer {}

  /// One time series; an instant vector has one point each, a scalar one series without labels.
  ///
  /// @param labels with `__name__` where the metric has a name
  /// @param points in the order of time
  record Series(Map<String, String> labels, List<Point> points) {
    public Series {
      labels = Map.copyOf(labels);
      points = List.copyOf(points);
    }
  }

  /// One value.
  ///
  /// @param at    the sample's own time for a range selector; otherwise the time of evaluation
  /// @param value any number, `NaN` and infinities too
  record Point(Instant at, double value) {}
}
