package io.lockkeeper.problem;

import static io.restassured.RestAssured.given;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.nullValue;
import static org.hamcrest.Matchers.startsWith;

import io.lockkeeper.problem.Page.Cursor;
import io.quarkus.security.ForbiddenException;
import io.quarkus.security.UnauthorizedException;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.restassured.RestAssured;
import io.restassured.response.ValidatableResponse;
import io.restassured.specification.RequestSpecification;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotNull;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.NotFoundException;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.SecurityContext;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.security.Principal;
import java.sql.SQLException;
import java.sql.SQLRecoverableException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeoutException;
import java.util.zip.GZIPInputStream;
import org.jboss.logging.MDC;
import org.jboss.resteasy.reactive.server.ServerRequestFilter;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Every failure of a REST call is an RFC 9457 problem.
@QuarkusTest
@TestProfile(ProblemTest.Profile.class)
final class ProblemTest {

  /// A service on any free port.
  public static final class Profile implements QuarkusTestProfile {
    @Override
    public Map<String, String> getConfigOverrides() {
      return Map.of(
          "quarkus.http.test-port", "0",
          "quarkus.devservices.enabled", "false",
          "lockkeeper.requests.per-second", "1",
          "lockkeeper.requests.burst", "2",
          "lockkeeper.origins", "https://dashboards.example");
    }
  }

  /// What is asked for.
  public record Order(@NotBlank String item, @Min(1) int count, List<@Valid Part> parts) {}

  /// A part of it.
  public record Part(@NotBlank String name) {}

  /// Believes whatever a caller says of its name and role, in the place of a token.
  public static class Believing {

    @ServerRequestFilter(preMatching = true)
    public void believe(ContainerRequestContext request) {
      String name = request.getHeaderString("X-Name");
      if (name != null) {
        request.setSecurityContext(new Known(name, request.getHeaderString("X-Role")));
      }
    }
  }

  /// Somebody who is known.
  private record Known(String name, String role) implements SecurityContext {
    @Override
    public Principal getUserPrincipal() {
      return () -> name;
    }

    @Override
    public boolean isUserInRole(String asked) {
      return asked.equals(role);
    }

    @Override
    public boolean isSecure() {
      return false;
    }

    @Override
    public String getAuthenticationScheme() {
      return "Bearer";
    }
  }

  /// A service in which everything goes wrong.
  @Path("/orders")
  public static class Orders {

    @POST
    @Consumes(MediaType.APPLICATION_JSON)
    public String place(@NotNull @Valid Order body) {
      return body.item();
    }

    @GET
    @Path("/pages")
    @Produces(MediaType.APPLICATION_JSON)
    public Page<Part> pages(@QueryParam("limit") int limit, @QueryParam("after") String after) {
      Instant time = Cursor.of(after).time();
      return Page.of(List.of(new Part("a/b&c d")), limit, part -> new Cursor(time, part.name()));
    }

    @GET
    @Path("/kept")
    @Produces(MediaType.APPLICATION_JSON)
    public Order kept() {
      return new Order("lamp", 1, List.of());
    }

    @GET
    public String list(@QueryParam("limit") @Min(1) int limit) {
      return "none of " + limit;
    }

    @GET
    @Path("/log/{release}")
    public String log(@PathParam("release") String release) {
      return MDC.get("release") + " " + MDC.get("traceId");
    }

    @GET
    @Path("/{failure}")
    public String fail(@PathParam("failure") String failure) {
      throw switch (failure) {
        case "conflict" ->
            new ProblemException(409, "already-placed", "It is placed", "order 7 is on its way");
        case "unauthorized" -> new UnauthorizedException("secret reason");
        case "forbidden" -> new ForbiddenException("secret reason");
        case "database-away" ->
            new IllegalStateException("not known", new SQLRecoverableException("10.0.0.7 is away"));
        case "pool-empty" -> new IllegalStateException(new SQLException("no connection in time"));
        case "starting" -> new IllegalStateException(new TimeoutException("still recovering"));
        case "refused" -> new IllegalStateException(new SQLException("duplicate key", "23505"));
        case "missing" -> new NotFoundException("secret reason");
        default -> new IllegalStateException("password=hunter2");
      };
    }
  }

  private static RequestSpecification json(String body) {
    return given().contentType("application/json").body(body);
  }

  private static ValidatableResponse isProblem(
      ValidatableResponse response, int status, String code) {
    return response
        .statusCode(status)
        .contentType("application/problem+json")
        .body("status", equalTo(status))
        .body("code", equalTo(code))
        .body("type", equalTo("https://lockkeeper.io/problems/" + code))
        .body("title", not(nullValue()))
        .body(not(containsString("secret reason")))
        .body(not(containsString("hunter2")))
        .body(not(containsString("\tat ")));
  }

  @Test
  @DisplayName("What a call logs names its release and the release's trace")
  void releaseInLog() {
    given()
        .get("/orders/log/019ab0f4-000b-7c3d-9a41-0c9a7f3f5b10")
        .then()
        .body(equalTo("019ab0f4-000b-7c3d-9a41-0c9a7f3f5b10 019ab0f4000b7c3d9a410c9a7f3f5b10"));
    given().get("/orders/log/build-7").then().body(equalTo("build-7 null"));
  }

  @Test
  @DisplayName("An answer is packed for whoever can unpack it")
  void compression() throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(
                URI.create(RestAssured.baseURI + ":" + RestAssured.port + "/orders/kept"))
            .header("accept-encoding", "gzip")
            .build();
    try (HttpClient client = HttpClient.newHttpClient()) {
      HttpResponse<byte[]> packed = client.send(request, BodyHandlers.ofByteArray());
      assertThat(packed.headers().firstValue("content-encoding")).hasValue("gzip");
      assertThat(new GZIPInputStream(new ByteArrayInputStream(packed.body())).readAllBytes())
          .asString()
          .contains("lamp");
    }
  }

  /// Sends a body whose length is not known beforehand.
  private static HttpResponse<String> stream(String body) throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(RestAssured.baseURI + ":" + RestAssured.port + "/orders"))
            .version(HttpClient.Version.HTTP_1_1)
            .header("content-type", "application/json")
            .POST(
                BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(body.getBytes(UTF_8))))
            .build();
    try (HttpClient client = HttpClient.newHttpClient()) {
      return client.send(request, BodyHandlers.ofString());
    }
  }

  @Test
  @DisplayName(
      "A body of undeclared length is read like any other, and refused when it is too large")
  void undeclaredLength() throws IOException, InterruptedException {
    String order = "{\"item\":\"%s\",\"count\":1}";
    assertThat(stream(order.formatted("lamp")).body()).isEqualTo("lamp");
    HttpResponse<String> refused = stream(order.formatted("x".repeat(70_000)));
    assertThat(refused.statusCode()).isEqualTo(413);
    assertThat(refused.body()).contains("\"code\":\"too-large\"");
  }

  @Test
  @DisplayName("A problem that the service names is the answer")
  void named() {
    isProblem(given().get("/orders/conflict").then(), 409, "already-placed")
        .body("detail", equalTo("order 7 is on its way"))
        .body("title", equalTo("It is placed"))
        .body("instance", nullValue());
  }

  @Test
  @DisplayName("A request that is not valid is answered with every fault and its place")
  void invalid() {
    isProblem(
            json("{\"item\":\" \",\"count\":0,\"parts\":[{\"name\":\"a\"},{\"name\":\"\"}]}")
                .post("/orders")
                .then(),
            422,
            "invalid-request")
        .body("errors.pointer", equalTo(List.of("/count", "/item", "/parts/1/name")))
        .body("errors.detail", hasItem("must not be blank"));
    isProblem(given().get("/orders?limit=0").then(), 422, "invalid-request")
        .body("errors.pointer", equalTo(List.of("limit")));
  }

  @ParameterizedTest(name = "{0}")
  @DisplayName("A body that is not the JSON that is expected is malformed")
  @CsvSource(
      delimiter = '|',
      value = {
        "{",
        "[]",
        "{\"item\":{\"a\":1}}",
        "{\"count\":\"many\"}",
        "nonsense",
        "{\"parts\":7}"
      })
  void malformed(String body) {
    isProblem(json(body).post("/orders").then(), 400, "malformed-json")
        .body(not(containsString("io.lockkeeper")))
        .body(not(containsString("java.")));
  }

  @Test
  @DisplayName("What HTTP itself refuses is a problem too")
  void http() {
    isProblem(given().get("/orders/missing").then(), 404, "not-found");
    isProblem(given().get("/nowhere").then(), 404, "not-found");
    isProblem(given().delete("/orders").then(), 405, "method-not-allowed");
    isProblem(given().accept("image/png").get("/orders/kept").then(), 406, "not-acceptable");
    isProblem(
        given().contentType("text/plain").body("x").post("/orders").then(),
        415,
        "unsupported-media-type");
    isProblem(given().get("/orders?limit=many").then(), 400, "bad-parameter");
  }

  @Test
  @DisplayName("A body that is missing is a fault of the whole")
  void withoutBody() {
    isProblem(
            given().contentType("application/json").post("/orders").then(), 422, "invalid-request")
        .body("errors.pointer", equalTo(List.of("")));
  }

  @Test
  @DisplayName("A larger body than is read is a problem too")
  void tooLarge() {
    isProblem(
        json("{\"item\":\"" + "x".repeat(70_000) + "\",\"count\":1}").post("/orders").then(),
        413,
        "too-large");
  }

  @Test
  @DisplayName("What is read says which state it shows; whoever has it gets no more")
  void unchanged() {
    String tag = given().get("/orders/kept").then().statusCode(200).extract().header("ETag");
    given()
        .header("If-None-Match", "\"other\", W/" + tag)
        .get("/orders/kept")
        .then()
        .statusCode(304)
        .header("ETag", tag)
        .body(equalTo(""));
    given().header("If-None-Match", "\"other\"").get("/orders/kept").then().statusCode(200);
  }

  @Test
  @DisplayName("A page names the next one, and the next one can be asked for as it is named")
  void pages() {
    String after = "2026-11-25T10:00:00.5Z/x";
    String link =
        given()
            .queryParam("limit", 1)
            .queryParam("after", after)
            .get("/orders/pages")
            .then()
            .statusCode(200)
            .body("next", equalTo("2026-11-25T10:00:00.500Z/a/b&c d"))
            .extract()
            .header("Link");
    assertThat(link).startsWith("</orders/pages?").endsWith(">; rel=\"next\"");
    String following = link.substring(1, link.indexOf('>'));
    given()
        .urlEncodingEnabled(false)
        .get(following)
        .then()
        .statusCode(200)
        .body("next", equalTo("2026-11-25T10:00:00.500Z/a/b&c d"));
    given().get("/orders/pages?limit=2").then().statusCode(200).header("Link", nullValue());
    isProblem(given().get("/orders/pages?after=nonsense").then(), 400, "bad-cursor");
  }

  @Test
  @DisplayName(
      "Whoever asks too often is told when to come again; an operator's command is not counted")
  void tooOften() {
    // One a second and two at once: a machine that answers faster than that comes to the limit.
    ValidatableResponse answer;
    int asked = 0;
    do {
      answer = given().header("X-Name", "dora").get("/orders/kept").then();
      asked++;
    } while (answer.extract().statusCode() == 200 && asked < 100);
    assertThat(asked).isGreaterThan(2);
    isProblem(answer, 429, "too-many-requests").header("Retry-After", "1");
    given().header("X-Name", "vera").get("/orders/kept").then().statusCode(200);
    for (int i = 0; i < 5; i++) {
      json("{\"item\":\"lamp\",\"count\":1}")
          .header("X-Name", "dora")
          .header("X-Role", "operator")
          .post("/orders")
          .then()
          .statusCode(200);
    }
  }

  @Test
  @DisplayName("A browser keeps nothing, guesses nothing, and other origins get nothing")
  void headers() {
    given()
        .header("Origin", "https://elsewhere.example")
        .get("/orders/kept")
        .then()
        .header("Access-Control-Allow-Origin", nullValue());
    given()
        .header("Origin", "https://dashboards.example")
        .get("/orders/kept")
        .then()
        .header("Access-Control-Allow-Origin", "https://dashboards.example");
    given()
        .get("/orders/kept")
        .then()
        .header("X-Content-Type-Options", "nosniff")
        .header("Content-Security-Policy", containsString("default-src 'none'"))
        .header("Cache-Control", "private, no-cache");
  }

  @Test
  @DisplayName("Whoever is nobody, or may not, is told so and no more")
  void security() {
    isProblem(given().get("/orders/unauthorized").then(), 401, "unauthorized")
        .header("WWW-Authenticate", "Bearer");
    isProblem(given().get("/orders/forbidden").then(), 403, "forbidden");
  }

  @Test
  @DisplayName(
      "What nobody expected is named by an occurrence that the log has, and shows nothing else")
  void unexpected() {
    isProblem(given().get("/orders/bug").then(), 500, "internal-error")
        .body("instance", startsWith("urn:uuid:"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"database-away", "pool-empty", "starting"})
  @DisplayName("What passes by itself is 503 and says when to come again")
  void unavailable(String failure) {
    isProblem(given().get("/orders/" + failure).then(), 503, "temporarily-unavailable")
        .header("Retry-After", "5")
        .body(not(containsString("10.0.0.7")));
  }

  @Test
  @DisplayName("What the database refuses comes again, and is 500")
  void refused() {
    isProblem(given().get("/orders/refused").then(), 500, "internal-error");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"item\":5,\"count\":1}",
        "{\"item\":true,\"count\":1}",
        "{\"item\":\"lamp\",\"count\":1,\"itme\":\"lamp\"}"
      })
  @DisplayName("A field that nobody reads, or one of another type, is refused with its pointer")
  void strict(String body) {
    isProblem(json(body).post("/orders").then(), 400, "malformed-json")
        .body("errors[0].pointer", startsWith("/it"));
  }

  @Test
  @DisplayName("Of a field that nobody reads it is said what fields there are")
  void unknownField() {
    isProblem(json("{\"itme\":\"lamp\"}").post("/orders").then(), 400, "malformed-json")
        .body("errors[0].detail", startsWith("is not known here, where there are count, item"));
  }
}
