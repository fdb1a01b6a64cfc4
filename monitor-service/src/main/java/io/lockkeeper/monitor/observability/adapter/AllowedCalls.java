package io.lockkeeper.monitor.observability.adapter;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.lockkeeper.monitor.observability.adapter.ObservabilitySettings.Credential;
import io.lockkeeper.monitor.outgoing.adapter.AllowedHosts;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Calls to [AllowedHosts], each with that host's credential.
@ApplicationScoped
public class AllowedCalls {

  /// The largest answer, in bytes.
  static final int LARGEST_BODY = 5 * 1024 * 1024;

  private final AllowedHosts hosts;
  private final Map<String, String> authorizations = new HashMap<>();

  AllowedCalls(ObservabilitySettings settings) {
    hosts = new AllowedHosts(settings.hosts(), "lockkeeper.observability.hosts");
    settings
        .credentials()
        .forEach((name, it) -> authorizations.put(AllowedHosts.plain(it.host()), of(name, it)));
  }

  @PreDestroy
  void close() {
    hosts.close();
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
    hosts.require(uri);
    HttpRequest.Builder request =
        HttpRequest.newBuilder(uri).timeout(longest).header("accept", "application/json, */*");
    String authorization = authorizations.get(AllowedHosts.plain(uri.getHost()));
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
    return hosts.send(request.build(), longest, BodyHandlers.ofString(UTF_8), LARGEST_BODY);
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
}
