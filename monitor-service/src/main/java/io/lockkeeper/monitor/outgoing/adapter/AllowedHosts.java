package io.lockkeeper.monitor.outgoing.adapter;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;

/// HTTP calls to the hosts that the configuration allows, and to no other: no redirect is followed,
/// so that neither a runbook nor an answer can send a call elsewhere. Each call has a time-out that
/// covers the answer to its last byte, and a limit to its size. Thread-safe.
public final class AllowedHosts implements AutoCloseable {

  private static final Duration LONGEST_CONNECT = Duration.ofSeconds(5);

  private final Set<String> hosts;
  private final String setting;
  private final HttpClient client =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .followRedirects(HttpClient.Redirect.NEVER)
          .connectTimeout(LONGEST_CONNECT)
          .build();

  /// Calls these hosts.
  ///
  /// @param setting the key of the configuration that names them, for messages
  public AllowedHosts(Set<String> hosts, String setting) {
    this.hosts = hosts.stream().map(AllowedHosts::plain).collect(Collectors.toUnmodifiableSet());
    this.setting = setting;
  }

  /// The host as it is compared: without case.
  public static String plain(String host) {
    return host.strip().toLowerCase(Locale.ROOT);
  }

  /// An address below another, whether that ends with a slash or not.
  public static URI below(URI base, String path) {
    String text = base.toString();
    return URI.create((text.endsWith("/") ? text.substring(0, text.length() - 1) : text) + path);
  }

  /// Fails when this address is not to be called.
  ///
  /// @throws IOException with the reason, for people
  public void require(URI address) throws IOException {
    String host = address.getHost();
    if (host == null || !hosts.contains(plain(host))) {
      throw new IOException("the host is not among " + setting);
    }
  }

  /// Calls once.
  ///
  /// @param largestBody the largest answer, in bytes as they are sent
  /// @throws IOException with a reason for people when the host is not allowed, or nothing usable
  /// came in time
  public <T> HttpResponse<T> send(
      HttpRequest request, Duration longest, BodyHandler<T> handler, int largestBody)
      throws IOException, InterruptedException {
    require(request.uri());
    CompletableFuture<HttpResponse<T>> call =
        client.sendAsync(request, BodyHandlers.limiting(handler, largestBody));
    try {
      return call.get(longest.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      throw late(e);
    } catch (ExecutionException e) {
      // The request's own time-out can be the first to notice.
      throw e.getCause() instanceof HttpTimeoutException late
          ? late(late)
          : e.getCause() instanceof IOException io ? io : new IOException(e.getCause());
    } finally {
      call.cancel(true); // ends the connection of a call that was given up; does nothing otherwise
    }
  }

  /// Lets go of connections.
  @Override
  public void close() {
    client.shutdownNow();
  }

  private static IOException late(Exception cause) {
    return new IOException("no answer in time", cause);
  }
}
