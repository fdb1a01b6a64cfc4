package io.lockkeeper.monitor.adapter;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.net.URI;
import java.net.URLDecoder;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A server that speaks the query API of Prometheus about one service of 100 requests a second. A
/// query is a name and its range: `total[300s]`.
final class BudgetServer implements AutoCloseable {

  private static final Pattern QUERY = Pattern.compile("([a-z]+)\\[([0-9]+)s]");
  private static final double REQUESTS_PER_SECOND = 100;
  private static final double HOUR = 3_600;

  private final MetricsServer server;
  private final List<String> asked = new CopyOnWriteArrayList<>();
  private final Map<String, String> results = new ConcurrentHashMap<>();
  private volatile String note = "";
  private volatile int status = 200;
  private volatile double spent;
  private volatile double failsSince = Double.MAX_VALUE;

  BudgetServer() throws IOException {
    server = new MetricsServer().does(this::answer);
  }

  URI uri() {
    return URI.create("http://127.0.0.1:" + server.uri().getPort());
  }

  /// What was asked: the query and its time.
  List<String> asked() {
    return asked;
  }

  /// The query of this name has this value, whatever its range.
  BudgetServer answers(String name, double value) {
    return result(name, vector(value));
  }

  /// The query of this name has this result, as Prometheus writes it.
  BudgetServer result(String name, String result) {
    results.put(name, result);
    return this;
  }

  BudgetServer notes(String text) {
    note = text;
    return this;
  }

  BudgetServer status(int code) {
    status = code;
    return this;
  }

  /// So many requests failed in the last hour, and not lately.
  void spent(double failures) {
    spent = failures;
  }

  /// From now on every request fails.
  void failsFromNowOn() {
    failsSince = System.currentTimeMillis() / 1e3;
  }

  private void answer(HttpExchange exchange) throws IOException {
    Map<String, String> form = new HashMap<>();
    String given = new String(exchange.getRequestBody().readAllBytes(), UTF_8);
    for (String field : given.split("&", -1)) {
      String[] pair = field.split("=", 2);
      form.put(pair[0], URLDecoder.decode(pair[1], UTF_8));
    }
    asked.add(form.get("query") + " @" + form.get("time"));
    Matcher query = QUERY.matcher(form.get("query"));
    if (status != 200 || !query.matches()) {
      MetricsServer.answer(
          exchange,
          status == 200 ? 400 : status,
          "{\"status\":\"error\",\"errorType\":\"execution\",\"error\":\"as it was told\"}");
      return;
    }
    double range = Double.parseDouble(query.group(2));
    double time = Double.parseDouble(form.get("time"));
    String result =
        results.getOrDefault(query.group(1), vector(count(query.group(1), range, time)));
    MetricsServer.answer(
        exchange,
        200,
        "{\"status\":\"success\",\"warnings\":[%s],\"data\":{\"resultType\":\"vector\",\"result\":%s}}"
            .formatted(note.isEmpty() ? "" : '"' + note + '"', result));
  }

  private double count(String name, double range, double time) {
    if (name.equals("total")) {
      return REQUESTS_PER_SECOND * range;
    }
    double failing = Math.clamp(time - failsSince, 0, range);
    return REQUESTS_PER_SECOND * failing + (range >= HOUR ? spent : 0);
  }

  private static String vector(double value) {
    return "[{\"metric\":{},\"value\":[1,\"" + value + "\"]}]";
  }

  @Override
  public void close() {
    server.close();
  }
}
