package io.lockkeeper.journal;

import static io.restassured.RestAssured.given;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.lockkeeper.quickstart.platform.Databases;
import io.lockkeeper.quickstart.platform.EmbeddedPlatform;
import io.restassured.RestAssured;
import io.restassured.filter.Filter;
import io.restassured.filter.FilterContext;
import io.restassured.response.Response;
import io.restassured.specification.FilterableRequestSpecification;
import io.restassured.specification.FilterableResponseSpecification;
import io.restassured.specification.RequestSpecification;
import io.smallrye.jwt.build.Jwt;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.eclipse.microprofile.config.ConfigProvider;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/// What a service says of its REST interface at `/q/openapi`, and whether it keeps to it.
///
/// Registered as an extension it looks at every call that the class makes: an answer that is not
/// described fails that call. [#tries] makes the calls that go wrong in every service;
/// [#isTrue] then fails for whatever is described and was never seen: a problem that did not occur,
/// an example of an answer that looks different from every real one, an example of a body that
/// nobody sent and had accepted.
public final class OpenApi implements BeforeAllCallback, AfterAllCallback, Filter {

  private static final Path SNAPSHOTS = Path.of(System.getenv("LOCKKEEPER_HOME"), "docs/openapi");

  /// With `LOCKKEEPER_SNAPSHOTS=write` the snapshots are written anew instead of compared.
  private static final boolean WRITE = "write".equals(System.getenv("LOCKKEEPER_SNAPSHOTS"));

  private static final String PROBLEM = "application/problem+json";
  private static final String JSON = "application/json";
  private static final String LINES = "application/x-ndjson";
  private static final String STREAM = "text/event-stream";

  private final String service;
  private final HttpClient client = HttpClient.newHttpClient();
  private final Set<String> seen = ConcurrentHashMap.newKeySet();
  private final Map<String, String> unlike = new ConcurrentHashMap<>();
  private @Nullable JsonNode read;

  /// Of this service, which is the one under test.
  public OpenApi(String service) {
    this.service = service;
  }

  /// An operation of the description.
  private record Operation(String method, String path, JsonNode description) {

    boolean matches(String itsMethod, String itsPath) {
      return method.equals(itsMethod) && itsPath.matches(path.replaceAll("\\{[^}]+}", "[^/]+"));
    }

    JsonNode responses() {
      return description.path("responses");
    }

    JsonNode response(int status) {
      return responses().path(Integer.toString(status));
    }

    boolean has(int status, String problem) {
      return response(status).path("content").path(PROBLEM).path("examples").has(problem);
    }

    JsonNode bodies() {
      return description.path("requestBody").path("content");
    }

    boolean answers(String mediaType) {
      return response(200).path("content").has(mediaType);
    }

    Stream<JsonNode> in(String place) {
      return StreamSupport.stream(description.path("parameters").spliterator(), false)
          .filter(parameter -> parameter.path("in").asText().equals(place));
    }

    boolean isFor(String role) {
      return StreamSupport.stream(description.path("security").spliterator(), false)
          .flatMap(one -> StreamSupport.stream(one.spliterator(), false))
          .flatMap(roles -> StreamSupport.stream(roles.spliterator(), false))
          .anyMatch(one -> one.asText().equals(role));
    }

    @Override
    public String toString() {
      return method + " " + path;
    }
  }

  @Override
  public void beforeAll(ExtensionContext context) {
    RestAssured.filters(this);
  }

  @Override
  public void afterAll(ExtensionContext context) {
    RestAssured.replaceFiltersWith(List.of());
    client.shutdownNow();
  }

  @Override
  public Response filter(
      FilterableRequestSpecification request,
      FilterableResponseSpecification specification,
      FilterContext context) {
    Response answer = context.next(request, specification);
    String path = URI.create(request.getURI()).getPath();
    if (!path.startsWith("/q/")) {
      operations()
          .filter(operation -> operation.matches(request.getMethod(), path))
          .findFirst()
          .ifPresent(
              operation -> {
                Object body = request.getBody();
                look(
                    operation,
                    body instanceof String text ? text : null,
                    answer.statusCode(),
                    mediaType(answer.contentType()),
                    answer.asString());
              });
    }
    return answer;
  }

  /// Checks that the description is the one that `docs/openapi` has: whoever changes the interface
  /// shows the change.
  public void equalsSnapshot() throws IOException {
    String described = given().get("/q/openapi?format=yaml").asString();
    Path snapshot = SNAPSHOTS.resolve(service + ".yaml");
    if (WRITE) {
      Files.createDirectories(SNAPSHOTS);
      Files.writeString(snapshot, described);
    }
    assertThat(described)
        .as("docs/openapi/%s.yaml; LOCKKEEPER_SNAPSHOTS=write writes it", service)
        .isEqualTo(Files.readString(snapshot));
  }

  /// A call by somebody who has this role and has called nothing before.
  public static RequestSpecification as(String role) {
    return bearing(token("olga-" + UUID.randomUUID(), role));
  }

  /// The body that the description shows for this operation, for example `POST /stop`.
  public ObjectNode body(String operation) {
    return body(operation, JSON);
  }

  /// The body that the description shows for this operation in this media type.
  public ObjectNode body(String operation, String mediaType) {
    return body(find(operation), mediaType).deepCopy();
  }

  /// The body that the description shows for this operation under this name.
  public ObjectNode body(String operation, String mediaType, String example) {
    JsonNode shown = find(operation).bodies().path(mediaType).path("examples").path(example);
    assertThat(shown.isMissingNode()).as("%s shows no %s", operation, example).isFalse();
    return value(shown).deepCopy();
  }

  /// What a reader of this stream got first, line by line.
  public void streamed(String operation, String text) {
    look(find(operation), null, 200, STREAM, text);
  }

  /// Calls every operation in every way that goes wrong, or is answered, alike in every service.
  ///
  /// @param known what to put into addresses, by the name of the parameter, so that there is
  ///     something at them; by `GET /requests id` for the parameter of one operation
  public void tries(Map<String, ?> known) {
    String asking = UUID.randomUUID().toString();
    for (Operation operation : operations().toList()) {
      refuses(operation);
      misreads(operation, known);
      misses(operation);
      changes(operation, known);
      limits(operation, known, asking);
    }
    String database =
        ConfigProvider.getConfig().getValue("quarkus.datasource.username", String.class);
    Databases databases = EmbeddedPlatform.shared().databases();
    // At once: each waits for a connection that does not come.
    try (Databases.Closed _ = databases.close(database);
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Answer>> answers =
          operations()
              .filter(operation -> operation.has(503, "temporarily-unavailable"))
              .map(one -> threads.submit(() -> call(one, as(role(one)), known)))
              .toList();
      for (Future<Answer> answer : answers) {
        expect(503, answer.get());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    } catch (ExecutionException e) {
      throw new AssertionError(e.getCause());
    } catch (SQLException e) {
      throw new AssertionError(e);
    }
  }

  /// Checks that everything that is described was seen.
  public void isTrue() {
    List<String> missing = new ArrayList<>();
    for (Operation operation : operations().toList()) {
      for (var media : operation.bodies().properties()) {
        missing.addAll(unseen(operation + " takes " + media.getKey(), media.getValue()));
      }
      for (var response : operation.responses().properties()) {
        String answer = operation + " answers " + response.getKey();
        JsonNode content = response.getValue().path("content");
        if (content.isEmpty() && !seen.contains(answer)) {
          missing.add(answer);
        }
        for (var media : content.properties()) {
          missing.addAll(unseen(answer + " " + media.getKey(), media.getValue()));
        }
      }
    }
    assertThat(missing).as("described, and never seen; last seen: %s", unlike).isEmpty();
  }

  private List<String> unseen(String what, JsonNode media) {
    List<String> unseen = new ArrayList<>();
    if (media.path("examples").isEmpty()) {
      unseen.add(what + " has no example");
    }
    for (var example : media.path("examples").properties()) {
      if (!seen.contains(what + " " + example.getKey())) {
        unseen.add(what + " " + example.getKey());
      }
    }
    return unseen;
  }

  private void refuses(Operation operation) {
    String foreign =
        Jwt.issuer("https://elsewhere.example").subject("eve").groups("operator").sign();
    String expired = Jwt.issuer("lockkeeper").subject("eve").groups("operator").expiresAt(1).sign();
    expect(401, call(operation, given(), Map.of()));
    expect(401, call(operation, bearing(foreign), Map.of()));
    expect(401, call(operation, bearing(expired), Map.of()));
    expect(403, call(operation, bearing(token("eve", "stranger")), Map.of()));
  }

  private void misreads(Operation operation, Map<String, ?> known) {
    String role = role(operation);
    if (!operation.bodies().isEmpty()) {
      String large = "{\"reason\":\"" + "x".repeat(2 * 1024 * 1024) + "\"}";
      expect(413, send(operation, as(role).contentType(JSON).body(large), known));
      expect(415, send(operation, as(role).contentType("text/plain").body("x"), known));
    }
    if (operation.has(400, "malformed-json")) {
      expect(400, send(operation, as(role).contentType(JSON).body("{"), known));
      expect(422, send(operation, as(role).contentType(JSON).body("{}"), known));
    }
    Stream.concat(operation.in("path"), operation.in("query"))
        .forEach(parameter -> misreads(operation, parameter, known));
  }

  private void misreads(Operation operation, JsonNode parameter, Map<String, ?> known) {
    JsonNode schema = parameter.path("schema");
    String name = parameter.path("name").asText();
    if (Set.of("integer", "boolean").contains(schema.path("type").asText())) {
      expect(400, call(operation, as("viewer"), with(operation, known, name, "many")));
    } else if (name.equals("after") && operation.has(400, "bad-cursor")) {
      expect(400, call(operation, as("viewer"), with(operation, known, name, "nonsense")));
    }
    if (schema.has("minimum")) {
      long less = schema.path("minimum").asLong() - 1;
      expect(422, call(operation, as("viewer"), with(operation, known, name, less)));
    } else if (schema.has("maxLength")) {
      String longer = "x".repeat(schema.path("maxLength").asInt() + 1);
      expect(422, call(operation, as("viewer"), with(operation, known, name, longer)));
    }
  }

  private void misses(Operation operation) {
    // A stream waits for what is not there yet.
    if (!operation.response(404).isMissingNode() && !isStream(operation)) {
      expect(404, call(operation, as(role(operation)), Map.of()));
    }
  }

  private void changes(Operation operation, Map<String, ?> known) {
    if (!operation.response(412).isMissingNode()) {
      RequestSpecification bound = as(role(operation)).header("If-Match", "\"another\"");
      expect(412, call(operation, bound, known));
    }
    if (!operation.response(304).isMissingNode()) {
      // What changes by itself may do so between the two calls.
      int status = 200;
      for (int attempt = 0; status == 200 && attempt < 50; attempt++) {
        String tag = call(operation, as("viewer").accept(JSON), known).tag();
        RequestSpecification again = as("viewer").accept(JSON).header("If-None-Match", tag);
        status = call(operation, again, known).statusCode();
      }
      assertThat(status).as(operation + " with the ETag of what was read").isEqualTo(304);
    }
  }

  private void limits(Operation operation, Map<String, ?> known, String asking) {
    if (operation.response(429).isMissingNode()) {
      return;
    }
    for (int attempt = 0; attempt < 20; attempt++) {
      if (call(operation, asking(operation, asking), known).statusCode() == 429) {
        return;
      }
      ask(attempt == 0 ? 300 : 30, known, asking);
    }
    throw new AssertionError(operation + ", asked very often, is answered");
  }

  // At once: one after the other is too slow for coming to the limit, on a busy machine.
  private void ask(int times, Map<String, ?> known, String asking) {
    Operation operation =
        operations()
            .filter(one -> one.method().equals("GET"))
            .filter(one -> one.answers(JSON) && one.isFor("viewer"))
            .findFirst()
            .get();
    HttpRequest request =
        HttpRequest.newBuilder(address(path(operation, known)))
            .header("authorization", "Bearer " + token(asking, "viewer"))
            .build();
    Stream.generate(() -> client.sendAsync(request, BodyHandlers.discarding()))
        .limit(times)
        .toList()
        .forEach(CompletableFuture::join);
  }

  private static RequestSpecification asking(Operation operation, String name) {
    return bearing(token(name, operation.isFor("viewer") ? "viewer" : "ci"));
  }

  private static boolean isStream(Operation operation) {
    return operation.answers(STREAM) && !operation.answers(LINES);
  }

  private static void expect(int status, Answer answer) {
    assertThat(answer.statusCode()).as(answer.what()).isEqualTo(status);
  }

  /// What a call came to.
  private record Answer(String what, int statusCode, @Nullable String tag) {}

  // With the body that is described, if any.
  private Answer call(Operation operation, RequestSpecification as, Map<String, ?> parameters) {
    if (!operation.bodies().isEmpty()) {
      as.contentType(JSON)
          .header("Idempotency-Key", UUID.randomUUID().toString())
          .body(body(operation, JSON).toString());
    }
    return send(operation, as, parameters);
  }

  private Answer send(Operation operation, RequestSpecification as, Map<String, ?> parameters) {
    String path = path(operation, parameters);
    Map<String, Object> query = new TreeMap<>();
    for (JsonNode parameter : operation.in("query").toList()) {
      String name = parameter.path("name").asText();
      if (parameter.path("required").asBoolean()
          || parameters.containsKey(name)
          || parameters.containsKey(operation + " " + name)) {
        query.put(name, value(operation, parameter, parameters));
      }
    }
    String what = operation + " with " + query;
    if (isStream(operation)) {
      return stream(operation, path, as);
    }
    if (operation.answers(LINES) && !operation.answers(JSON)) {
      as.accept(LINES);
    }
    Response response = as.queryParams(query).request(operation.method(), path);
    return new Answer(what, response.statusCode(), response.header("ETag"));
  }

  private static String path(Operation operation, Map<String, ?> parameters) {
    String path = operation.path();
    for (JsonNode parameter : operation.in("path").toList()) {
      path =
          path.replace(
              "{" + parameter.path("name").asText() + "}", value(operation, parameter, parameters));
    }
    return path;
  }

  private static String value(Operation operation, JsonNode parameter, Map<String, ?> parameters) {
    String name = parameter.path("name").asText();
    boolean isNumber = parameter.path("schema").path("type").asText().equals("integer");
    Object general =
        parameters.containsKey(name) ? parameters.get(name) : isNumber ? 9999 : "nobody";
    Object own = parameters.get(operation + " " + name);
    return String.valueOf(own == null ? general : own);
  }

  private static URI address(String path) {
    return URI.create("http://localhost:" + RestAssured.port + path);
  }

  // RestAssured waits for the end of a stream.
  private Answer stream(Operation operation, String path, RequestSpecification as) {
    HttpRequest.Builder request = HttpRequest.newBuilder(address(path));
    ((FilterableRequestSpecification) as)
        .getHeaders()
        .forEach(header -> request.setHeader(header.getName(), header.getValue()));
    request.setHeader("accept", STREAM);
    try {
      HttpResponse<InputStream> answer = client.send(request.build(), BodyHandlers.ofInputStream());
      try (InputStream body = answer.body()) {
        if (answer.statusCode() >= 400) {
          String text = new String(body.readAllBytes(), UTF_8);
          look(operation, null, answer.statusCode(), PROBLEM, text);
        }
      }
      return new Answer(operation.toString(), answer.statusCode(), null);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  private static Map<String, ?> with(
      Operation operation, Map<String, ?> known, String name, Object value) {
    Map<String, Object> all = new HashMap<>(known);
    all.put(operation + " " + name, value);
    return all;
  }

  private static String role(Operation operation) {
    return operation.isFor("operator") ? "operator" : "viewer";
  }

  private static RequestSpecification bearing(String token) {
    return given().header("Authorization", "Bearer " + token);
  }

  private static String token(String name, String role) {
    return Jwt.issuer("lockkeeper").subject(name).upn(name).groups(role).sign();
  }

  private ObjectNode body(Operation operation, String mediaType) {
    JsonNode examples = operation.bodies().path(mediaType).path("examples");
    assertThat(examples).as(operation + " shows no body").isNotEmpty();
    return (ObjectNode) value(examples.iterator().next());
  }

  private void look(
      Operation operation, @Nullable String body, int status, String mediaType, String text) {
    JsonNode described = operation.response(status);
    String answer = operation + " answers " + status;
    assertThat(described.isMissingNode())
        .as("%s, which is not described: %s", answer, text)
        .isFalse();
    if (described.path("content").isEmpty()) {
      seen.add(answer);
      return;
    }
    JsonNode examples = described.path("content").path(mediaType).path("examples");
    if (status >= 400) {
      JsonNode problem = json(text);
      String code = problem.path("code").asText();
      assertThat(kind(value(examples.path(code))))
          .as("the example of %s %s", answer, code)
          .isEqualTo(kind(problem));
      seen.add(answer + " " + mediaType + " " + code);
      return;
    }
    alike(answer + " " + mediaType, mediaType, examples, text);
    if (body != null) {
      for (var media : operation.bodies().properties()) {
        String what = operation + " takes " + media.getKey();
        alike(what, media.getKey(), media.getValue().path("examples"), body);
      }
    }
  }

  private void alike(String what, String mediaType, JsonNode examples, String text) {
    Object real = shape(mediaType, text);
    boolean any = false;
    for (var example : examples.properties()) {
      JsonNode value = value(example.getValue());
      String shown = value.isTextual() ? value.asText() : value.toString();
      if (shape(mediaType, shown).equals(real)) {
        any = true;
        seen.add(what + " " + example.getKey());
      }
    }
    if (!any) {
      unlike.put(what, text);
    }
  }

  private static List<String> kind(JsonNode problem) {
    return Stream.of("type", "title", "status", "code")
        .map(field -> problem.path(field).asText())
        .toList();
  }

  /// What stays when the particular is taken away: names and kinds of values of JSON, of
  /// lines those of the first, of a stream those of the first event, headings of a document.
  private static Object shape(String mediaType, String text) {
    if (mediaType.endsWith("json") && !mediaType.equals(LINES)) {
      return shape(json(text));
    }
    return switch (mediaType) {
      case LINES -> shapes(text.lines().limit(1).map(OpenApi::json));
      case STREAM ->
          text.lines()
              .filter(line -> !line.isBlank())
              .map(
                  line ->
                      line.startsWith("data:")
                          ? "data:" + shape(json(line.substring(5)))
                          : line.replaceFirst(":.*", ""))
              .limit(3)
              .toList();
      default -> text.lines().filter(line -> line.startsWith("## ")).toList();
    };
  }

  private static Object shape(JsonNode node) {
    if (node.isObject()) {
      Map<String, Object> fields = new TreeMap<>();
      for (var field : node.properties()) {
        if (!field.getValue().isNull()) {
          fields.put(field.getKey(), shape(field.getValue()));
        }
      }
      return fields;
    }
    if (node.isArray()) {
      return shapes(StreamSupport.stream(node.spliterator(), false));
    }
    return node.getNodeType().toString().toLowerCase(Locale.ROOT);
  }

  private static Set<String> shapes(Stream<JsonNode> nodes) {
    Set<String> shapes = new TreeSet<>();
    nodes.forEach(node -> shapes.add(shape(node).toString()));
    return shapes;
  }

  private JsonNode value(JsonNode example) {
    String reference = example.path("$ref").asText();
    return reference.isEmpty()
        ? example.path("value")
        : description().at(reference.substring(1)).path("value");
  }

  private Operation find(String operation) {
    return operations()
        .filter(one -> one.toString().equals(operation))
        .findFirst()
        .orElseThrow(() -> new AssertionError(operation + " is not described"));
  }

  private Stream<Operation> operations() {
    return description().path("paths").properties().stream()
        .flatMap(
            path ->
                path.getValue().properties().stream()
                    .filter(entry -> entry.getValue().has("responses"))
                    .map(
                        entry ->
                            new Operation(
                                entry.getKey().toUpperCase(Locale.ROOT),
                                path.getKey(),
                                entry.getValue())));
  }

  private synchronized JsonNode description() {
    if (read == null) {
      read = json(given().get("/q/openapi?format=json").asString());
    }
    return read;
  }

  private static String mediaType(@Nullable String contentType) {
    return contentType == null ? "" : contentType.replaceFirst(" *;.*", "");
  }

  private static JsonNode json(String text) {
    try {
      return EventJson.mapper().readTree(text);
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }
}
