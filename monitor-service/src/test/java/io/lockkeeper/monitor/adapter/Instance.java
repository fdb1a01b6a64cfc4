package io.lockkeeper.monitor.adapter;

import java.io.IOException;
import java.net.URI;
import java.util.Locale;

/// An instance of a version that serves requests at a steady rate, and shows so.
final class Instance implements AutoCloseable {

  private static final double REQUESTS_PER_SECOND = 400;

  private final MetricsServer server;
  private long seen = System.nanoTime();
  private double requests = 1_000;
  private double failed;
  private double errors;
  private boolean dark;

  Instance() throws IOException {
    server = new MetricsServer();
    server.does(
        exchange -> {
          String text = show();
          MetricsServer.answer(exchange, text.isEmpty() ? 503 : 200, text);
        });
  }

  URI uri() {
    return server.uri();
  }

  /// From now on this share of requests fails.
  synchronized void fails(double share) {
    serve();
    errors = share;
  }

  /// Whether metrics are shown; requests are served all the same.
  synchronized void goesDark(boolean now) {
    serve();
    dark = now;
  }

  private void serve() {
    long now = System.nanoTime();
    double served = (now - seen) / 1e9 * REQUESTS_PER_SECOND;
    seen = now;
    requests += served;
    failed += served * errors;
  }

  private synchronized String show() {
    serve();
    if (dark) {
      return "";
    }
    long total = (long) requests;
    long bad = (long) failed;
    return String.format(
        Locale.ROOT,
        """
        # TYPE http_requests counter
        http_requests_total{status="2xx"} %d
        http_requests_total{status="5xx"} %d
        # TYPE http_request_duration_seconds histogram
        http_request_duration_seconds_bucket{le="0.01"} %d
        http_request_duration_seconds_bucket{le="0.05"} %d
        http_request_duration_seconds_bucket{le="0.25"} %d
        http_request_duration_seconds_bucket{le="+Inf"} %d
        # EOF
        """,
        total - bad,
        bad,
        total / 2,
        total * 95 / 100,
        total * 99 / 100,
        total);
  }

  @Override
  public void close() {
    server.close();
  }
}
