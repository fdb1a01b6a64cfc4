package io.lockkeeper.quickstart.shop;

import java.util.Map;
import java.util.TreeMap;

/// What customers saw. Thread-safe.
public final class CustomerCounts {

  /// The answers that one version gave: `succeeded` below 400, `failed` from 500 on.
  public record Version(long succeeded, long failed) {}

  /// All counts at one moment.
  ///
  /// `sent` = `succeeded` + `failed4xx` + `failed5xx` + `unanswered` + `open`. `unanswered` are
  /// requests without any answer: refused or broken connections and time-outs. `skipped` were never
  /// sent because too many were open. `statuses` counts answers by HTTP status, so that a failure
  /// of
  /// the shop (500) can be told from one of the way to it (502, 504) and from maintenance (503).
  /// `versions` are keyed by the answer's `x-version`, `none` without one.
  public record Snapshot(
      long sent,
      long succeeded,
      long failed4xx,
      long failed5xx,
      long unanswered,
      long open,
      long skipped,
      Map<String, Long> statuses,
      Map<String, Version> versions) {}

  private long sent;
  private long unanswered;
  private long skipped;
  private final Map<Integer, Long> statuses = new TreeMap<>();
  private final Map<String, Version> versions = new TreeMap<>();

  synchronized void sent() {
    sent++;
  }

  synchronized void skipped() {
    skipped++;
  }

  synchronized void unanswered() {
    unanswered++;
  }

  synchronized void answered(int status, String version) {
    statuses.merge(status, 1L, Long::sum);
    Version old = versions.getOrDefault(version, new Version(0, 0));
    versions.put(
        version,
        new Version(
            old.succeeded() + (status < 400 ? 1 : 0), old.failed() + (status >= 500 ? 1 : 0)));
  }

  synchronized Snapshot snapshot() {
    Map<String, Long> byStatus = new TreeMap<>();
    statuses.forEach((status, count) -> byStatus.put(String.valueOf(status), count));
    long answered = between(0, 1000);
    return new Snapshot(
        sent,
        between(0, 400),
        between(400, 500),
        between(500, 1000),
        unanswered,
        // Counted where the other numbers are, so that the sum holds at every moment.
        sent - answered - unanswered,
        skipped,
        byStatus,
        new TreeMap<>(versions));
  }

  private long between(int from, int below) {
    return statuses.entrySet().stream()
        .filter(status -> status.getKey() >= from && status.getKey() < below)
        .mapToLong(Map.Entry::getValue)
        .sum();
  }
}
