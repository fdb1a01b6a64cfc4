package io.lockkeeper.quickstart.wire;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadLocalRandom;

/// HTTP on 127.0.0.1 and nowhere else: a server that hands each request to one handler on a virtual
/// thread, and the client that fits it.
public final class Loopback implements AutoCloseable {

  /// The longest request body that is read, in bytes; a longer one is answered with 413.
  public static final int MAX_BODY = 1024 * 1024;

  private static final String ADDRESS = "127.0.0.1";

  private static final Set<Integer> GIVEN = ConcurrentHashMap.newKeySet();
  private static final int FIRST_PORT = 10_000;
  private static final int LAST_PORT = 20_000;
  private static final int ATTEMPTS = 1_000;
  private static final int STARTS = 5;

  static {
    // Read once, when the JDK's server and client load. Without nodelay an answer can wait 40 ms
    // for
    // an acknowledgement. The client must give a connection up well before the server does, or a
    // request may meet a connection that is just being closed.
    setIfAbsent("sun.net.httpserver.nodelay", "true");
    setIfAbsent("sun.net.httpserver.idleInterval", "300");
    setIfAbsent("sun.net.httpserver.maxIdleConnections", "10000");
    setIfAbsent("jdk.httpclient.keepalive.timeout", "10");
  }

  private final HttpServer server;
  private final ExecutorService threads;

  private Loopback(HttpServer server, ExecutorService threads) {
    this.server = server;
    this.threads = threads;
  }

  /// Answers one request. An [IOException] that is not [Json.Malformed] means that something of
  /// ours
  /// failed and is answered with 500.
  @FunctionalInterface
  public interface Handler {
    /// The answer. Runs on a virtual thread of its own and may block.
    Answer answer(Request request) throws IOException, InterruptedException;
  }

  /// Serves on `port` of the loopback address; 0 takes a free one.
  ///
  /// Throws [BindException] with a message that names the port when something else has it.
  public static Loopback serve(int port, Handler handler) throws IOException {
    HttpServer server;
    try {
      server = HttpServer.create(new InetSocketAddress(ADDRESS, port), 1024);
    } catch (BindException e) {
      throw new BindException("port " + port + " is taken");
    }
    ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    server.setExecutor(threads);
    server.createContext("/", exchange -> handle(exchange, handler));
    server.start();
    return new Loopback(server, threads);
  }

  /// A client for such servers: HTTP/1.1, connections kept, no redirects, 2 s to connect.
  public static HttpClient client() {
    return HttpClient.newBuilder()
        .version(HttpClient.Version.HTTP_1_1)
        .followRedirects(HttpClient.Redirect.NEVER)
        .connectTimeout(Duration.ofSeconds(2))
        .executor(Executors.newVirtualThreadPerTaskExecutor())
        .build();
  }

  /// A port that was free a moment ago, another each time; below those that outgoing connections
  /// are given, so that none of them takes it before it is used.
  public static int freePort() throws IOException {
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      int port = ThreadLocalRandom.current().nextInt(FIRST_PORT, LAST_PORT);
      if (isFree(port) && GIVEN.add(port)) {
        return port;
      }
    }
    throw new IOException("no free port from " + FIRST_PORT + " to " + LAST_PORT);
  }

  /// Something that starts on ports of its own choice.
  @FunctionalInterface
  public interface Starter<T, E extends Exception> {
    /// Starts it; throws [BindException] when a port is taken.
    T start() throws IOException, E;
  }

  /// Starts something on ports from [#freePort], and once more on others when somebody else has
  /// taken one first. What finds its port taken five times is given up.
  public static <T, E extends Exception> T onFreePorts(Starter<T, E> starter)
      throws IOException, E {
    for (int attempt = 1; ; attempt++) {
      try {
        return starter.start();
      } catch (BindException e) {
        if (attempt == STARTS) {
          throw e;
        }
      }
    }
  }

  /// Whether something could listen on the port now.
  public static boolean isFree(int port) {
    try (ServerSocket socket = new ServerSocket()) {
      socket.setReuseAddress(true);
      socket.bind(new InetSocketAddress(ADDRESS, port), 1);
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  /// The port that is served.
  public int port() {
    return server.getAddress().getPort();
  }

  /// `http://127.0.0.1:PORT`, no slash at its end.
  public String url() {
    return "http://" + ADDRESS + ":" + port();
  }

  /// Takes no more requests and gives those under way a second to end.
  @Override
  public void close() {
    server.stop(1);
    threads.shutdownNow();
  }

  private static void setIfAbsent(String name, String value) {
    if (System.getProperty(name) == null) {
      System.setProperty(name, value);
    }
  }

  private static void handle(HttpExchange exchange, Handler handler) throws IOException {
    // The exchange is closed at the end and not before: an unread body would end the connection.
    try (exchange) {
      Answer answer;
      try {
        byte[] body = readBody(exchange);
        answer =
            body.length > MAX_BODY
                ? Answer.problem(413, "The body is longer than " + MAX_BODY + " bytes")
                : handler.answer(Request.of(exchange, body));
      } catch (Json.Malformed e) {
        answer = Answer.problem(400, String.valueOf(e.getMessage()));
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        answer = Answer.problem(503, "Stopping");
      } catch (IOException | RuntimeException e) {
        System.err.println(exchange.getRequestMethod() + " " + exchange.getRequestURI() + ": " + e);
        answer = Answer.problem(500, "Failed: " + e.getClass().getSimpleName());
      }
      send(exchange, answer);
    }
  }

  private static byte[] readBody(HttpExchange exchange) throws IOException {
    try (InputStream body = exchange.getRequestBody()) {
      return body.readNBytes(MAX_BODY + 1);
    }
  }

  private static void send(HttpExchange exchange, Answer answer) throws IOException {
    answer.headers().forEach((name, value) -> exchange.getResponseHeaders().set(name, value));
    boolean head = exchange.getRequestMethod().equals("HEAD");
    boolean empty = head || answer.body().length == 0;
    exchange.sendResponseHeaders(answer.status(), empty ? -1 : answer.body().length);
    if (!empty) {
      exchange.getResponseBody().write(answer.body());
    }
  }
}
