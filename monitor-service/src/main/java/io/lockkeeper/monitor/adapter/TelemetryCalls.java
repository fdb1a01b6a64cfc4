package io.lockkeeper.monitor.adapter;

import io.lockkeeper.monitor.outgoing.adapter.AllowedHosts;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;
import java.util.zip.GZIPInputStream;

/// The calls by which monitoring reads numbers from elsewhere: to the hosts that the operators
/// allow and to no other, without following a redirect, so many at the same time over all releases,
/// each with a time-out that covers the answer to its last byte and a limit to its size, packed or
/// not. Thread-safe.
@ApplicationScoped
public final class TelemetryCalls {

  /// No call takes longer.
  static final Duration LONGEST_CALL = Duration.ofSeconds(5);

  private final AllowedHosts hosts;
  private final Semaphore atOnce;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

  /// Calls the hosts of these settings.
  public TelemetryCalls(TelemetrySettings settings) {
    hosts = new AllowedHosts(settings.hosts(), "lockkeeper.telemetry.hosts");
    atOnce = new Semaphore(settings.scrapesAtOnce());
  }

  /// Lets go of connections.
  @PreDestroy
  void close() {
    threads.shutdownNow();
    hosts.close();
  }

  /// What was answered, with whatever status.
  record Reply(int status, byte[] body) {}

  /// Asks once.
  ///
  /// @param rest        the request but for its address and time-out
  /// @param longest     how long it may take, waiting for its turn not counted
  /// @param largestBody the largest answer, in bytes, unpacked
  /// @throws IOException with a reason for people when the host is not allowed, or nothing usable
  /// came in time
  Reply call(URI address, HttpRequest.Builder rest, Duration longest, int largestBody)
      throws IOException, InterruptedException {
    hosts.require(address); // before it waits for its turn
    HttpRequest request =
        rest.uri(address).timeout(longest).header("accept-encoding", "gzip").build();
    atOnce.acquire();
    try {
      return send(request, longest, largestBody);
    } finally {
      atOnce.release();
    }
  }

  /// Does the same with each of these at the same time. What is not done in time, or fails, is what
  /// `otherwise` makes of it and the reason.
  <T, R> List<R> all(
      List<T> each, Work<T, R> work, Duration longest, BiFunction<T, String, R> otherwise) {
    List<R> results = new ArrayList<>();
    try {
      List<Callable<R>> calls =
          each.stream().<Callable<R>>map(one -> () -> work.with(one)).toList();
      List<Future<R>> done = threads.invokeAll(calls, longest.toMillis(), TimeUnit.MILLISECONDS);
      for (int i = 0; i < done.size(); i++) {
        results.add(result(done.get(i), each.get(i), otherwise));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      for (T one : each.subList(results.size(), each.size())) {
        results.add(otherwise.apply(one, "interrupted"));
      }
    }
    return results;
  }

  /// What is done with one of several.
  @FunctionalInterface
  interface Work<T, R> {
    R with(T one) throws IOException, InterruptedException;
  }

  /// The shorter of both.
  static Duration shorter(Duration one, Duration other) {
    return one.compareTo(other) <= 0 ? one : other;
  }

  private static <T, R> R result(Future<R> done, T one, BiFunction<T, String, R> otherwise)
      throws InterruptedException {
    try {
      return done.get();
    } catch (CancellationException late) {
      return otherwise.apply(one, "no answer in time");
    } catch (ExecutionException e) {
      return otherwise.apply(one, describe(e.getCause() == null ? e : e.getCause()));
    }
  }

  private Reply send(HttpRequest request, Duration longest, int largestBody)
      throws IOException, InterruptedException {
    HttpResponse<byte[]> response =
        hosts.send(request, longest, BodyHandlers.ofByteArray(), largestBody);
    boolean packed =
        response.headers().firstValue("content-encoding").orElse("").equalsIgnoreCase("gzip");
    return new Reply(
        response.statusCode(), packed ? unpack(response.body(), largestBody) : response.body());
  }

  private static byte[] unpack(byte[] packed, int largest) throws IOException {
    try (GZIPInputStream unpacked = new GZIPInputStream(new ByteArrayInputStream(packed))) {
      byte[] body = unpacked.readNBytes(largest + 1);
      if (body.length > largest) {
        throw new IOException("the answer has more than " + largest + " bytes");
      }
      return body;
    }
  }

  /// What went wrong, in words.
  static String describe(Throwable failure) {
    String message = failure.getMessage();
    return message == null || message.isBlank() ? failure.getClass().getSimpleName() : message;
  }
}
