package io.lockkeeper.quickstart.shop;

import io.lockkeeper.quickstart.wire.Answer;
import io.lockkeeper.quickstart.wire.Loopback;
import io.lockkeeper.quickstart.wire.Request;
import java.io.IOException;
import java.net.URI;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/// What all versions of a shop depend on, and share: it has a few places, whoever finds none waits,
/// and whoever waits longer than half a second is turned away with 503. So one version's load is
/// the other's delay.
public final class Warehouse implements AutoCloseable {

  private static final double MEDIAN_MILLIS = 3;
  private static final double SIGMA = 0.5;
  private static final double MAX_MILLIS = 60;
  private static final long PATIENCE_MILLIS = 500;

  private final Semaphore places;
  private final Loopback server;
  private volatile double slower = 1;

  private Warehouse(int places) throws IOException {
    this.places = new Semaphore(places, true);
    this.server = Loopback.serve(0, this::answer);
  }

  /// Opens one with so many places, on a free port.
  public static Warehouse open(int places) throws IOException {
    return new Warehouse(places);
  }

  /// Where it answers.
  public URI url() {
    return URI.create(server.url() + "/stock");
  }

  /// From now on everything takes so many times as long.
  public void slower(double factor) {
    slower = factor;
  }

  @Override
  public void close() {
    server.close();
  }

  private Answer answer(Request request) throws InterruptedException {
    if (!places.tryAcquire(PATIENCE_MILLIS, TimeUnit.MILLISECONDS)) {
      return Answer.problem(503, "No place in the warehouse");
    }
    try {
      double draw = ThreadLocalRandom.current().nextGaussian();
      double millis = Math.min(MAX_MILLIS, MEDIAN_MILLIS * Math.exp(SIGMA * draw)) * slower;
      TimeUnit.NANOSECONDS.sleep(Math.round(millis * 1e6));
      return Answer.text(200, "text/plain", "in stock");
    } finally {
      places.release();
    }
  }
}
