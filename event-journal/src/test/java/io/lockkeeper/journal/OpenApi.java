package io.lockkeeper.journal;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// What a service says of its REST interface at `/q/openapi`, and whether it keeps to it.
public final class OpenApi {

  private static final Path SNAPSHOTS = Path.of(System.getenv("LOCKKEEPER_HOME"), "docs/openapi");

  /// With `LOCKKEEPER_SNAPSHOTS=write` the snapshots are written anew instead of compared.
  private static final boolean WRITE = "write".equals(System.getenv("LOCKKEEPER_SNAPSHOTS"));

  private final URI base;
  private final HttpClient client = HttpClient.newHttpClient();

  /// Of the service at this address.
  public OpenApi(URI base) {
    this.base = base;
  }

  /// Checks that the description is the one that `docs/openapi` has: whoever changes the interface
  /// shows the change.
  public void equalsSnapshot(String service) throws IOException, InterruptedException {
    String described = get("/q/openapi?format=yaml");
    Path snapshot = SNAPSHOTS.resolve(service + ".yaml");
    if (WRITE) {
      Files.createDirectories(SNAPSHOTS);
      Files.writeString(snapshot, described);
    }
    assertThat(described)
        .as("docs/openapi/%s.yaml; LOCKKEEPER_SNAPSHOTS=write writes it", service)
        .isEqualTo(Files.readString(snapshot));
  }

  /// Checks that every operation is refused to whoever has no token, a foreign issuer's, one that
  /// has expired, or one without any role that is known.
  public void refuses(String foreign, String expired, String stranger)
      throws IOException, InterruptedException {
    answers(null, 401);
    answers(foreign, 401);
    answers(expired, 401);
    answers(stranger, 403);
  }

  private void answers(@Nullable String token, int status)
      throws IOException, InterruptedException {
    List<String> operations = new ArrayList<>();
    JsonNode paths = EventJson.mapper().readTree(get("/q/openapi?format=json")).path("paths");
    for (var path : paths.properties()) {
      for (var operation : path.getValue().properties()) {
        String method = operation.getKey().toUpperCase(Locale.ROOT);
        if (!List.of("GET", "POST", "PUT", "DELETE", "PATCH").contains(method)) {
          continue;
        }
        operations.add(method + " " + path.getKey());
        HttpResponse<String> answer = call(method, path.getKey(), operation.getValue(), token);
        assertThat(answer.statusCode()).as(method + " " + path.getKey()).isEqualTo(status);
        assertThat(answer.headers().firstValue("content-type"))
            .as(method + " " + path.getKey())
            .contains("application/problem+json");
      }
    }
    assertThat(operations).isNotEmpty();
  }

  private HttpResponse<String> call(
      String method, String path, JsonNode operation, @Nullable String token)
      throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(base.resolve(path.replaceAll("\\{[^}]+}", "1")));
    JsonNode media = operation.path("requestBody").path("content");
    if (media.isObject()) {
      request.header("content-type", media.fieldNames().next());
    }
    if (token != null) {
      request.header("authorization", "Bearer " + token);
    }
    request.method(
        method, method.equals("GET") ? BodyPublishers.noBody() : BodyPublishers.ofString("{}"));
    return client.send(request.build(), BodyHandlers.ofString());
  }

  private String get(String path) throws IOException, InterruptedException {
    return client
        .send(HttpRequest.newBuilder(base.resolve(path)).build(), BodyHandlers.ofString())
        .body();
  }
}
