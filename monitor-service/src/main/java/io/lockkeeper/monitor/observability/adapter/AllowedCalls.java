package io.lockkeeper.monitor.observability.adapter;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.lockkeeper.monitor.observability.adapter.ObservabilitySettings.Credential;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Calls to hosts that the configuration allows, each with that host's credential. No redirect is
/// followed, so no answer can send a call elsewhere; headers and body are bounded in time and size.
@ApplicationScoped
public class AllowedCalls {

  /// The largest answer, in bytes.
  static final int LARGEST_BODY = 5 * 1024 * 1024;

  private static final Duration LONGEST_CONNECT = Duration.ofSeconds(5);

  private final Set<String> hosts;
  private final Map<String, String> authorizations = new HashMap<>();
  private final HttpClient client =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .followRedirects(HttpClient.Redirect.NEVER)
          .connectTimeout(LONGEST_CONNECT)
          .build();

  AllowedCalls(ObservabilitySettings settings) {
    hosts =
        settings.hosts().stream().map(AllowedCalls::plain).collect(Collectors.toUnmodifiableSet());
    settings
        .credentials()
        .forEach((name, it) -> authorizations.put(plain(it.host()), of(name, it)));
  }

  @PreDestroy
  void close() {
    client.shutdownNow();
  }

  /// Asks.
  ///
  /// @throws IOException when the host is not allowed, or does not answer in time
  HttpResponse<String> get(URI uri, Duration longest) throws IOException, InterruptedException {
    return call(uri, null, longest);
  }

  /// Sends JSON.
  ///
  /// @throws IOException as [#get]
  HttpResponse<String> post(URI uri, String json, Duration longest)
      throws IOException, InterruptedException {
    return call(uri, json, longest);
  }

  private HttpResponse<String> call(URI uri, @Nullable String json, Duration longest)
      throws IOException, InterruptedException {
    String host = uri.getHost() == null ? "" : plain(uri.getHost());
    if (!hosts.contains(host)) {
      throw new IOException("the host is not among lockkeeper.observability.hosts");
    }
    HttpRequest.Builder request =
        HttpRequest.newBuilder(uri).timeout(longest).header("accept", "application/json, */*");
    String authorization = authorizations.get(host);
    if (authorization != null) {
      request.header("authorization", authorization);
    }
    if (json == null) {
      request.GET();
    } else {
      request
          .header("content-type", "application/json")
          .POST(HttpRequest.BodyPublishers.ofString(json));
    }
    CompletableFuture<HttpResponse<String>> call =
        client.sendAsync(
            request.build(), BodyHandlers.limiting(BodyHandlers.ofString(UTF_8), LARGEST_BODY));
    try {
      return call.get(longest.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      throw new IOException("no answer in time", e);
    } catch (ExecutionException e) {
      throw e.getCause() instanceof IOException io ? io : new IOException(e.getCause());
    } finally {
      call.cancel(true); // ends the connection of a call that was given up; does nothing otherwise
    }
  }

  private static String of(String name, Credential credential) {
    if (credential.token().isPresent() == credential.username().isPresent()
        || credential.username().isPresent() != credential.password().isPresent()) {
      throw new IllegalArgumentException(
          "lockkeeper.observability.credentials.%s needs a token, or a username and a password"
              .formatted(name));
    }
    return credential
        .token()
        .map(token -> "Bearer " + token)
        .orElseGet(
            () ->
                "Basic "
                    + Base64.getEncoder()
                        .encodeToString(
                            (credential.username().orElseThrow()
                                    + ":"
                                    + credential.password().orElseThrow())
                                .getBytes(UTF_8)));
  }

  private static String plain(String host) {
    return host.strip().toLowerCase(Locale.ROOT);
  }
}
