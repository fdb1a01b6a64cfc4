package io.lockkeeper.monitor.adapter;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.net.URI;
import java.net.URLDecoder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import java.util.stream.Collectors;

/// Answers as the documented HTTP API of Prometheus does, with what it is told to answer.
final class PrometheusServer implements AutoCloseable {

  /// One question as it arrived.
  record Asked(String method, String path, Map<String, String> form, Map<String, String> headers) {

    String query() {
      return form.get("query");
    }
  }

  /// An answer.
  record Answer(int status, String body) {}

  private final List<Asked> asked = new CopyOnWriteArrayList<>();
  private final MetricsServer server;
  private volatile Function<Asked, Answer> answers = it -> new Answer(200, matrix());

  PrometheusServer() throws IOException {
    server = new MetricsServer();
    server.does(
        exchange -> {
          Asked one = read(exchange);
          asked.add(one);
          Answer answer = answers.apply(one);
          MetricsServer.answer(exchange, answer.status(), answer.body());
        });
  }

  /// From now on this is answered.
  void answers(int status, String body) {
    answers = it -> new Answer(status, body);
  }

  /// From now on the answer depends on the question.
  void answers(Function<Asked, Answer> how) {
    answers = how;
  }

  /// Everything that was asked, in order.
  List<Asked> asked() {
    return List.copyOf(asked);
  }

  /// Its address.
  URI uri() {
    return URI.create("http://127.0.0.1:" + server.uri().getPort());
  }

  /// An answer with these series.
  static String matrix(String... series) {
    return "{\"status\":\"success\",\"data\":{\"resultType\":\"matrix\",\"result\":[%s]}}"
        .formatted(String.join(",", series));
  }

  /// One series: labels as name, value, name, value …; samples as seconds and value.
  static String series(Map<String, String> labels, double... samples) {
    List<String> values = new ArrayList<>();
    for (int i = 0; i < samples.length; i += 2) {
      values.add(String.format(Locale.ROOT, "[%.3f,\"%s\"]", samples[i], samples[i + 1]));
    }
    String metric =
        new TreeMap<>(labels)
            .entrySet().stream()
                .map(label -> "\"%s\":\"%s\"".formatted(label.getKey(), label.getValue()))
                .collect(Collectors.joining(","));
    return "{\"metric\":{%s},\"values\":[%s]}".formatted(metric, String.join(",", values));
  }

  private static Asked read(HttpExchange exchange) throws IOException {
    String given = new String(exchange.getRequestBody().readAllBytes(), UTF_8);
    Map<String, String> form = new HashMap<>();
    for (String field : given.split("&", -1)) {
      int equals = field.indexOf('=');
      form.put(field.substring(0, equals), URLDecoder.decode(field.substring(equals + 1), UTF_8));
    }
    Map<String, String> headers = new HashMap<>();
    exchange
        .getRequestHeaders()
        .forEach((name, all) -> headers.put(name.toLowerCase(Locale.ROOT), all.getFirst()));
    return new Asked(
        exchange.getRequestMethod(), exchange.getRequestURI().toString(), form, headers);
  }

  @Override
  public void close() {
    server.close();
  }
}
