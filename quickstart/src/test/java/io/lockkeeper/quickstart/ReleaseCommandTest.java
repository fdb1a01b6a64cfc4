package io.lockkeeper.quickstart;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
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
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
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
      int code = new CommandLine(new ReleaseCommand()).execute(arguments.toArray(String[]::new));
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
            "{'title':'The release is refused','detail':'d','errors':"
                + "[{'pointer':'/version','detail':'is missing'}]}"));
    Run run = run("--json", "--key=k", "--name=me");
    assertThat(run.exitCode()).isEqualTo(11);
    assertThat(run.json().path("end").asText()).isEqualTo("REFUSED");
    assertThat(run.json().path("reason").asText()).contains("/version is missing");
    assertThat(run.json().path("exitCode").asInt()).isEqualTo(11);
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
