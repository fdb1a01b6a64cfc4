package io.lockkeeper.monitor.adapter;

import com.fasterxml.jackson.databind.JsonNode;
import io.lockkeeper.monitor.adapter.PrometheusAnswer.Point;
import io.lockkeeper.monitor.adapter.PrometheusAnswer.Series;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Reads native histograms as classic ones: cumulative counts at bounds that are always the same,
/// four to an octave, from 0.06 ms to 128 s. These are bounds of every native histogram with at
/// least as many (schema 2 and finer), so nothing is lost but what is finer; within a wider bucket
/// observations are taken for evenly spread on the logarithmic scale that it is of. Runbook M1.
final class NativeHistogram {

  private static final int PER_OCTAVE = 4;
  private static final int LOWEST_OCTAVE = -14;
  private static final int HIGHEST_OCTAVE = 7;

  private static final double[] BOUNDS = bounds();

  /// Bounds of both are powers of two, and written in decimal.
  private static final double SAME = 1 + 1e-9;

  private NativeHistogram() {}

  private static double[] bounds() {
    double[] bounds = new double[PER_OCTAVE * (HIGHEST_OCTAVE - LOWEST_OCTAVE) + 1];
    for (int i = 0; i < bounds.length; i++) {
      bounds[i] = StrictMath.pow(2, LOWEST_OCTAVE + (double) i / PER_OCTAVE);
    }
    return bounds;
  }

  /// The series of buckets of one native histogram, and those of its count and sum.
  ///
  /// @param labels  its labels
  /// @param samples its samples: pairs of a time and a histogram
  /// @throws IllegalArgumentException when a sample is none
  static List<Series> classic(Map<String, String> labels, List<JsonNode> samples) {
    List<List<Point>> points = new ArrayList<>();
    for (int i = 0; i <= BOUNDS.length; i++) {
      points.add(new ArrayList<>());
    }
    List<Point> sums = new ArrayList<>();
    for (JsonNode sample : samples) {
      if (sample.size() != 2 || !sample.get(0).isNumber() || !sample.get(1).isObject()) {
        throw new IllegalArgumentException("a histogram without a time");
      }
      Instant at = Instant.ofEpochMilli(Math.round(sample.get(0).asDouble() * 1_000));
      double[] cumulative = cumulative(sample.get(1));
      sums.add(new Point(at, Exposition.number(sample.get(1).path("sum").asText("NaN"))));
      for (int i = 0; i < cumulative.length; i++) {
        points.get(i).add(new Point(at, cumulative[i]));
      }
    }
    String name = labels.get("__name__");
    List<Series> series = new ArrayList<>();
    for (int i = 0; i <= BOUNDS.length; i++) {
      Map<String, String> bucket = new HashMap<>(labels);
      if (name != null) {
        bucket.put("__name__", name + "_bucket");
      }
      bucket.put("le", i < BOUNDS.length ? Double.toString(BOUNDS[i]) : "+Inf");
      series.add(new Series(bucket, points.get(i)));
    }
    if (name != null) {
      Map<String, String> count = new HashMap<>(labels);
      count.put("__name__", name + "_count");
      series.add(new Series(count, points.getLast()));
      Map<String, String> sum = new HashMap<>(labels);
      sum.put("__name__", name + "_sum");
      series.add(new Series(sum, sums));
    }
    return series;
  }

  /// Observations at or below each bound, and all of them.
  private static double[] cumulative(JsonNode histogram) {
    double[] cumulative = new double[BOUNDS.length + 1];
    for (JsonNode bucket : histogram.path("buckets")) {
      if (bucket.size() != 4) {
        throw new IllegalArgumentException("a bucket that is none");
      }
      double left = Exposition.number(bucket.get(1).asText());
      double right = Exposition.number(bucket.get(2).asText());
      double count = Exposition.number(bucket.get(3).asText());
      for (int i = 0; i < BOUNDS.length; i++) {
        cumulative[i] += count * below(BOUNDS[i], left, right);
      }
    }
    cumulative[BOUNDS.length] = Exposition.number(histogram.path("count").asText("0"));
    return cumulative;
  }

  /// Which part of a bucket is at or below a bound.
  private static double below(double bound, double left, double right) {
    if (right <= bound * SAME) {
      return 1;
    }
    if (left >= bound / SAME || left <= 0 || Double.isInfinite(right)) {
      return 0;
    }
    return StrictMath.log(bound / left) / StrictMath.log(right / left);
  }
}
