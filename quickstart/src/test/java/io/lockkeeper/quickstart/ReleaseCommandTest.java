package io.lockkeeper.quickstart;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.lockkeeper.events.ReleaseId;
import io.lockkeeper.quickstart.demo.ReleaseRequests;
import io.lockkeeper.quickstart.wire.Json;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/// What a pipeline gets from `./lockkeeper release`, against services that answer by a script: each
/// address gives its answers one after the other, the last one for ever.
class ReleaseCommandTest {

  /// One answer of a service.
  private record Scripted(int status, String body) {}

  private final Map<String, List<Scripted>> script = new ConcurrentHashMap<>();
  private final List<String> keys = new CopyOnWriteArrayList<>();
  private final MockProducer<String, byte[]> topic =
      new MockProducer<>(true, null, new StringSerializer(), new ByteArraySerializer());
  private HttpServer server;

  @TempDir Path folder;

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", this::answer);
    server.start();
    Files.writeString(folder.resolve("request.json"), "{}");
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  private void answer(HttpExchange call) throws IOException {
    try (call) {
      String address = call.getRequestMethod() + " " + call.getRequestURI();
      List<Scripted> answers = script.getOrDefault(address, List.of(new Scripted(404, "{}")));
      Scripted answer;
      synchronized (this) {
        answer = answers.size() > 1 ? answers.removeFirst() : answers.getFirst();
      }
      if (call.getRequestMethod().equals("POST")) {
        keys.add(call.getRequestHeaders().getFirst("Idempotency-Key"));
      }
      byte[] body = answer.body().replace('\'', '"').getBytes(UTF_8);
      call.sendResponseHeaders(answer.status(), body.length);
      call.getResponseBody().write(body);
    }
  }

  private void answers(String address, Scripted... answers) {
    script.put(address, new ArrayList<>(List.of(answers)));
  }

  /// What the command printed, and its exit code.
  private record Run(int exitCode, String out) {
    JsonNode json() throws Json.Malformed {
      return Json.tree(out.getBytes(UTF_8));
    }
  }

  private Run run(String... more) {
    String url = "http://127.0.0.1:" + server.getAddress().getPort();
    List<String> arguments =
        new ArrayList<>(
            List.of(
                folder.resolve("request.json").toString(),
                "--token=t",
                "--gate=" + url,
                "--rollout=" + url,
                "--audit=" + url));
    arguments.addAll(List.of(more));
    PrintStream before = System.out;
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    System.setOut(new PrintStream(out, true, UTF_8));
    try {
      ReleaseCommand command = new ReleaseCommand(_ -> new ReleaseRequests(topic));
      int code = new CommandLine(command).execute(arguments.toArray(String[]::new));
      return new Run(code, out.toString(UTF_8));
    } finally {
      System.setOut(before);
    }
  }

  @Test
  @DisplayName(
      "A verified release is 0; a service that is away for a moment is asked again, with the same key")
  void verified() throws IOException {
    answers("POST /releases", new Scripted(503, "{}"), new Scripted(201, "{'release':'r-1'}"));
    answers(
        "GET /releases/r-1",
        new Scripted(200, "{'phase':'CLEARED','waitsFor':{'what':'x','who':'y'}}"));
    answers("GET /rollouts/r-1", new Scripted(200, "{'outcome':'VERIFIED'}"));
    answers(
        "GET /releases/r-1/log",
        new Scripted(
            200,
            "{'steps':[{'entry':{'time':'2026-11-25T10:00:00.123456Z','lines':['D3'],"
                + "'title':'Target shows stage 1'}}]}"),
        new Scripted(
            200,
            "{'overview':{'reason':'nothing worse'},"
                + "'steps':[{'entry':{'time':'2026-11-25T10:00:00.123456Z','lines':['D3'],"
                + "'title':'Target shows stage 1'}},{'entry':{'time':'2026-11-25T10:00:01Z',"
                + "'lines':[],'title':'Settled'}}]}"));
    Run run = run("--key=k");
    assertThat(run.exitCode()).isZero();
    assertThat(run.out())
        .contains("release r-1 is asked for", "10:00:00.123  D3        Target shows stage 1")
        .containsOnlyOnce("Target shows stage 1")
        .contains("Settled")
        .endsWith("release r-1: verified: nothing worse" + System.lineSeparator());
    assertThat(keys).containsExactly("k", "k");
  }

  @Test
  @DisplayName("A refused request is 11 and says each fault; --json says it to machines")
  void refused() throws IOException {
    answers(
        "POST /releases",
        new Scripted(
            422,
            "{'title':'The release is refused','code':'invalid','detail':'d','errors':"
                + "[{'pointer':'/version','detail':'is missing'}]}"));
    Run run = run("--json", "--key=k", "--name=me");
    assertThat(run.exitCode()).isEqualTo(11);
    assertThat(run.json().path("end").asText()).isEqualTo("REFUSED");
    assertThat(run.json().path("reason").asText())
        .startsWith("The release is refused (invalid): d")
        .contains("/version is missing");
    assertThat(run.json().path("exitCode").asInt()).isEqualTo(11);
  }

  @Nested
  @DisplayName("By Kafka, what became of the record is looked up before the release is followed")
  class ByKafka {

    private static final String RELEASE = ReleaseId.of("/callers/ci", "k").value();

    private void fates(String... rows) {
      List<Scripted> answers =
          Stream.of(rows)
              .map(row -> new Scripted(200, row.replace("RELEASE", RELEASE)))
              .collect(Collectors.toCollection(ArrayList::new));
      answers.addFirst(new Scripted(404, "{}"));
      answers("GET /requests/0/0", answers.toArray(Scripted[]::new));
    }

    @Test
    @DisplayName("Accepted: it is followed to its end, as one by HTTP is")
    void accepted() {
      fates("{'fate':'ACCEPTED','release':'RELEASE','code':null,'reason':null}");
      answers("GET /releases/" + RELEASE, new Scripted(200, "{'phase':'CLEARED'}"));
      answers("GET /rollouts/" + RELEASE, new Scripted(200, "{'outcome':'VERIFIED'}"));
      answers(
          "GET /releases/" + RELEASE + "/log",
          new Scripted(200, "{'overview':{'reason':'nothing worse'}}"));
      Run run = run("--kafka", "--key=k");
      assertThat(run.exitCode()).isZero();
      assertThat(run.out())
          .containsSubsequence(
              "the request is published: release-requests-0@0",
              "waits for the request to be read (gate-service)",
              "release " + RELEASE + " is asked for",
              "release " + RELEASE + ": verified: nothing worse");
      assertThat(topic.history()).hasSize(1);
      assertThat(new String(topic.history().getFirst().value(), UTF_8)).isEqualTo("{}");
      assertThat(keys).isEmpty();
    }

    @Test
    @DisplayName("Not JSON: a dead letter is 11 and says why")
    void notJson() throws IOException {
      Files.writeString(folder.resolve("request.json"), "no JSON");
      fates(
          "{'fate':'DEAD_LETTER','release':'RELEASE','code':'no-json',"
              + "'reason':'the value is not JSON in line 1, column 4'}");
      Run run = run("--kafka", "--key=k", "--json");
      assertThat(run.exitCode()).isEqualTo(11);
      assertThat(run.json())
          .isEqualTo(
              Json.tree(
                  Json.bytes(
                      Map.of(
                          "release",
                          RELEASE,
                          "end",
                          "REFUSED",
                          "reason",
                          "The request cannot be read (no-json): the value is not JSON in line 1, column 4",
                          "exitCode",
                          11))));
    }

    @Test
    @DisplayName(
        "A key used before with other content: 11 and why, although the earlier release is verified")
    void otherContent() {
      answers("GET /releases/" + RELEASE, new Scripted(200, "{'phase':'SETTLED'}"));
      answers("GET /rollouts/" + RELEASE, new Scripted(200, "{'outcome':'VERIFIED'}"));
      fates(
          "{'fate':'REFUSED','release':'RELEASE','code':'different-content',"
              + "'reason':'asked for before with other content'}");
      Run run = run("--kafka", "--key=k");
      assertThat(run.exitCode()).isEqualTo(11);
      assertThat(run.out())
          .endsWith(
              "release "
                  + RELEASE
                  + ": refused: The release is refused (different-content): asked for before with"
                  + " other content"
                  + System.lineSeparator());
    }

    @Test
    @DisplayName("Sent again after a refusal: a duplicate of what was refused is refused")
    void refusedBefore() {
      fates(
          "{'fate':'DUPLICATE','release':'RELEASE','code':'invalid','reason':'/version: is missing'}");
      Run run = run("--kafka", "--key=k");
      assertThat(run.exitCode()).isEqualTo(11);
      assertThat(run.out()).contains("The release is refused (invalid): /version: is missing");
    }

    @Test
    @DisplayName("What another record at this place became, on a topic made anew, is not believed")
    void otherTopic() {
      fates(
          "{'fate':'ACCEPTED','release':'another','code':null,'reason':null}",
          "{'fate':'REFUSED','release':'RELEASE','code':'unknown-runbook','reason':'/runbook: is not known'}");
      assertThat(run("--kafka", "--key=k").exitCode()).isEqualTo(11);
    }

    @Test
    @DisplayName("Not read in time is 14, and says how to go on")
    void notRead() {
      Run run = run("--kafka", "--key=k", "--wait=PT0S");
      assertThat(run.exitCode()).isEqualTo(14);
      assertThat(run.out())
          .contains(
              "has not read the request release-requests-0@0 yet", "--key k", "/requests/0/0");
    }
  }

  @Test
  @DisplayName("One that waits for a person is 13, and 14 when told to wait and nobody comes")
  void person() throws IOException {
    answers("POST /releases", new Scripted(200, "{'release':'r-2'}"));
    answers(
        "GET /releases/r-2",
        new Scripted(
            200,
            "{'phase':'APPROVING','approval':{},'waitsFor':{'what':'1 approval','who':'operators'}}"));
    Run run = run();
    assertThat(run.exitCode()).isEqualTo(13);
    assertThat(run.out()).contains("waits for 1 approval (operators)");
    assertThat(run("--wait-for-people", "--wait=PT0S").exitCode()).isEqualTo(14);
  }

  @Test
  @DisplayName("A token that is not believed is no end of a release")
  void unauthorized() {
    answers("POST /releases", new Scripted(401, "{'title':'A valid bearer token is required'}"));
    assertThat(run().exitCode()).isEqualTo(1);
  }

  @Test
  @DisplayName("A file that is not there is said to be none, and nothing is asked for")
  void noFile() {
    List<String> said = new ArrayList<>();
    CommandLine line = new CommandLine(new ReleaseCommand());
    line.setExecutionExceptionHandler(
        (failure, _, _) -> {
          said.add(failure.getMessage());
          return 1;
        });
    Path missing = folder.resolve("missing.json");
    assertThat(line.execute(missing.toString())).isEqualTo(1);
    assertThat(said).containsExactly("no such file: " + missing);
    assertThat(keys).isEmpty();
  }
}
