package io.lockkeeper.quickstart.shop;

import com.fasterxml.jackson.databind.JsonNode;
import io.lockkeeper.quickstart.wire.Answer;
import io.lockkeeper.quickstart.wire.Daemon;
import io.lockkeeper.quickstart.wire.Json;
import io.lockkeeper.quickstart.wire.JsonLines;
import io.lockkeeper.quickstart.wire.Loopback;
import io.lockkeeper.quickstart.wire.Request;
import io.lockkeeper.quickstart.wire.StandardWebhook;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// The far end of notification-service in the quickstart: a deployment channel (C1, C2) or an
/// incident tracker (R5) that takes signed webhooks, each key once, and remembers over a restart.
///
/// `POST /` answers 201 to the first call under a key and 200 with the same answer to every repeat;
/// 401 for a bad signature, 400 for what is no message. First calls are lines of its file, repeats
/// lines of the file `.repeats` beside it. `GET /messages` lists what was taken, oldest first.
public final class Receiver implements AutoCloseable {

  /// What a receiver plays; its ids begin with the role's letters.
  public enum Role {
    /// A chat channel. Takes updates.
    channel("MSG-"),
    /// An incident tracker. Takes incidents.
    incidents("INC-");

    private final String prefix;

    Role(String prefix) {
      this.prefix = prefix;
    }
  }

  /// One line of the file: a call that was taken.
  public record Message(Instant at, String key, JsonNode body) {}

  private record Receipt(String id, String url) {}

  private record Listed(String id, Instant at, String key, JsonNode body) {}

  private static final int MAX_MESSAGE = 64 * 1024;
  private static final int MAX_KEY = 300;
  private static final int MAX_MESSAGES = 10_000;

  private final Role role;
  private final StandardWebhook signature;
  private final JsonLines taken;
  private final JsonLines repeats;
  private final List<Message> messages = new ArrayList<>();
  private final Map<String, Integer> numbers = new LinkedHashMap<>();
  private final Loopback server;

  private Receiver(Role role, int port, StandardWebhook signature, Path file) throws IOException {
    this.role = role;
    this.signature = signature;
    this.taken = JsonLines.open(file);
    this.repeats = JsonLines.open(file.resolveSibling(file.getFileName() + ".repeats"));
    for (JsonNode line : taken.lines()) {
      remember(Json.convert(line, Message.class));
    }
    this.server = Loopback.serve(port, this::answer);
  }

  /// Starts a receiver on `port` (0: a free one) that goes on with what `file` holds.
  public static Receiver start(Role role, int port, StandardWebhook signature, Path file)
      throws IOException {
    return new Receiver(role, port, signature, file);
  }

  /// Where messages go, `http://127.0.0.1:PORT`.
  public String url() {
    return server.url();
  }

  @Override
  public void close() throws IOException {
    server.close();
    taken.close();
    repeats.close();
  }

  private Answer answer(Request request) throws IOException {
    return switch (request.route()) {
      case "POST /" -> take(request);
      case "GET /messages" -> Answer.json(200, listed());
      default -> Answer.notFound(request);
    };
  }

  private Answer take(Request request) throws IOException {
    if (request.body().length > MAX_MESSAGE) {
      return Answer.problem(413, "A message has at most " + MAX_MESSAGE + " bytes");
    }
    if (!signature.verifies(
        request.header("webhook-id"),
        request.header("webhook-timestamp"),
        request.header("webhook-signature"),
        request.body(),
        Instant.now())) {
      return Answer.problem(401, "The signature is missing, wrong or older than 5 minutes");
    }
    String quoted = request.header("idempotency-key");
    if (quoted == null || !quoted.matches("\"[^\"]+\"") || quoted.length() > MAX_KEY) {
      return Answer.problem(400, "Idempotency-Key is required, in quotes");
    }
    JsonNode body = Json.tree(request.body());
    if (!body.path("type").isTextual() || !body.path("data").isObject()) {
      return Answer.problem(400, "A message has a type and data");
    }
    return take(new Message(Instant.now(), quoted.substring(1, quoted.length() - 1), body));
  }

  private synchronized Answer take(Message message) throws IOException {
    Integer known = numbers.get(message.key());
    if (known != null) {
      repeats.append(message);
      return Answer.json(200, receipt(known));
    }
    if (messages.size() >= MAX_MESSAGES) {
      return Answer.problem(507, "More than " + MAX_MESSAGES + " messages");
    }
    taken.append(message);
    return Answer.json(201, receipt(remember(message)));
  }

  private int remember(Message message) {
    messages.add(message);
    numbers.put(message.key(), messages.size());
    return messages.size();
  }

  private synchronized List<Listed> listed() {
    List<Listed> all = new ArrayList<>();
    for (Message message : messages) {
      all.add(
          new Listed(role.prefix + (all.size() + 1), message.at(), message.key(), message.body()));
    }
    return all;
  }

  private Receipt receipt(int number) {
    return new Receipt(role.prefix + number, server.url() + "/messages#" + role.prefix + number);
  }

  /// A receiver as a process of its own.
  public static void main(String[] arguments) {
    Daemon.main(new Start(), arguments);
  }

  @Command(name = "receiver", description = "Takes signed messages, each key once.")
  private static final class Start implements Callable<Integer> {
    @Option(names = "--role", required = true, description = "${COMPLETION-CANDIDATES}")
    private Role role = Role.channel;

    @Option(names = "--port", required = true, description = "0 takes a free one")
    private int port;

    @Option(names = "--secret-file", required = true, description = "Holds whsec_…")
    private Path secretFile = Path.of("");

    @Option(names = "--file", required = true, description = "One JSON line per message taken")
    private Path file = Path.of("");

    @Override
    public Integer call() throws Exception {
      Receiver receiver = new Receiver(role, port, StandardWebhook.ofFile(secretFile), file);
      return Daemon.serve("receiver role=" + role + " url=" + receiver.url(), receiver, () -> {});
    }
  }
}
