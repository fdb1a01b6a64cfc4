package io.lockkeeper.monitor.adapter;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.lockkeeper.journal.EventJson;
import io.lockkeeper.monitor.adapter.PrometheusAnswer.Point;
import io.lockkeeper.monitor.adapter.PrometheusAnswer.Refused;
import io.lockkeeper.monitor.adapter.PrometheusAnswer.Result;
import io.lockkeeper.monitor.adapter.PrometheusAnswer.Series;
import io.lockkeeper.monitor.adapter.PrometheusAnswer.Unavailable;
import io.lockkeeper.monitor.outgoing.adapter.AllowedHosts;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/// The two questions that a Prometheus is asked: `/api/v1/query` and `/api/v1/query_range`. Thanos,
/// Mimir, VictoriaMetrics and Cortex answer them, too.
///
/// The time of a question is always given, so that no clock but ours decides. Which account is used
/// is the configuration's to say, by the address (`lockkeeper.telemetry.accounts`); a query or a
/// runbook cannot. Thread-safe. Runbook G2, D4, M1.
@ApplicationScoped
public class PrometheusApi {

  /// The largest answer, in bytes, unpacked.
  static final int LARGEST_BODY = 5 * 1024 * 1024;

  private static final int LONGEST_REASON = 300;
  private static final int OK = 200;
  private static final int BAD_REQUEST = 400;
  private static final int UNAUTHORIZED = 401;
  private static final int FORBIDDEN = 403;
  private static final int UNPROCESSABLE = 422;

  private final TelemetryCalls calls;
  private final TelemetrySettings settings;

  /// Asks by these calls, with the accounts of these settings.
  public PrometheusApi(TelemetryCalls calls, TelemetrySettings settings) {
    this.calls = calls;
    this.settings = settings;
  }

  /// Asks what a query is at one time.
  ///
  /// @param prometheus its address, with the prefix when it has one
  /// @param longest    how long the answer may take; at most 5 s count
  PrometheusAnswer query(URI prometheus, String query, Instant at, Duration longest)
      throws InterruptedException {
    Map<String, String> form = new LinkedHashMap<>();
    form.put("query", query);
    form.put("time", seconds(at));
    return ask(prometheus, "/api/v1/query", form, longest);
  }

  /// Asks what a query is at `from`, every `step` after it, and at most until `until`. A server
  /// refuses more than 11,000 steps.
  ///
  /// @param prometheus its address, with the prefix when it has one
  /// @param longest    how long the answer may take; at most 5 s count
  PrometheusAnswer queryRange(
      URI prometheus, String query, Instant from, Instant until, Duration step, Duration longest)
      throws InterruptedException {
    Map<String, String> form = new LinkedHashMap<>();
    form.put("query", query);
    form.put("start", seconds(from));
    form.put("end", seconds(until));
    form.put("step", seconds(step));
    return ask(prometheus, "/api/v1/query_range", form, longest);
  }

  private PrometheusAnswer ask(
      URI prometheus, String path, Map<String, String> form, Duration longest)
      throws InterruptedException {
    Duration most = TelemetryCalls.shorter(longest, TelemetryCalls.LONGEST_CALL);
    form.put("timeout", Math.max(1, most.toMillis()) + "ms");
    try {
      HttpRequest.Builder request =
          HttpRequest.newBuilder()
              .header("accept", "application/json")
              .header("content-type", "application/x-www-form-urlencoded")
              .POST(BodyPublishers.ofString(encoded(form)));
      authorize(request, prometheus);
      URI address = AllowedHosts.below(prometheus, path);
      return read(calls.call(address, request, most, LARGEST_BODY));
    } catch (IOException | IllegalArgumentException e) {
      return new Unavailable(TelemetryCalls.describe(e));
    }
  }

  /// Adds what proves who asks, when an account is kept for exactly this scheme, host and port.
  private void authorize(HttpRequest.Builder request, URI prometheus) {
    for (TelemetrySettings.Account account : settings.accounts().values()) {
      if (!origin(account.url()).equals(origin(prometheus))) {
        continue;
      }
      if (account.bearerToken().isPresent()) {
        request.header("authorization", "Bearer " + account.bearerToken().get());
      } else if (account.username().isPresent()) {
        String pair = account.username().get() + ":" + account.password().orElse("");
        request.header(
            "authorization", "Basic " + Base64.getEncoder().encodeToString(pair.getBytes(UTF_8)));
      }
      account.tenant().ifPresent(tenant -> request.header("x-scope-orgid", tenant));
      return;
    }
  }

  private static String origin(URI url) {
    String scheme = String.valueOf(url.getScheme()).toLowerCase(Locale.ROOT);
    int usual = scheme.equals("https") ? 443 : 80;
    int port = url.getPort() < 0 ? usual : url.getPort();
    return scheme + "://" + String.valueOf(url.getHost()).toLowerCase(Locale.ROOT) + ":" + port;
  }

  private static PrometheusAnswer read(TelemetryCalls.Reply reply) {
    JsonNode answer = json(reply.body());
    boolean isAnswer = answer.path("status").isTextual();
    String said =
        isAnswer
            ? answer.path("errorType").asText("error") + ": " + answer.path("error").asText("")
            : "not the answer of a Prometheus";
    return switch (reply.status()) {
      case OK ->
          isAnswer && answer.path("status").asText().equals("success")
              ? result(answer)
              : new Unavailable("answers 200: " + shortened(said));
      case BAD_REQUEST, UNPROCESSABLE ->
          isAnswer
              ? new Refused(shortened(said))
              : new Unavailable("answers " + reply.status() + ": " + said);
      case UNAUTHORIZED, FORBIDDEN ->
          new Unavailable(
              "answers "
                  + reply.status()
                  + ": this service is not let in; see lockkeeper.telemetry.accounts");
      default -> new Unavailable("answers " + reply.status() + ": " + shortened(said));
    };
  }

  private static JsonNode json(byte[] body) {
    try {
      return EventJson.mapper().readTree(body);
    } catch (IOException notJson) {
      return MissingNode.getInstance();
    }
  }

  private static PrometheusAnswer result(JsonNode answer) {
    List<String> notes = new ArrayList<>();
    answer.path("warnings").forEach(note -> notes.add(shortened(note.asText())));
    answer.path("infos").forEach(note -> notes.add(shortened(note.asText())));
    JsonNode result = answer.path("data").path("result");
    List<Series> series = new ArrayList<>();
    List<Series> histograms = new ArrayList<>();
    try {
      switch (answer.path("data").path("resultType").asText()) {
        case "matrix", "vector" -> {
          for (JsonNode one : result) {
            if (one.has("histogram") || one.has("histograms")) {
              histograms.addAll(NativeHistogram.classic(labels(one.path("metric")), samples(one)));
            }
            if (one.has("values") || one.has("value")) {
              series.add(new Series(labels(one.path("metric")), points(one)));
            }
          }
        }
        case "scalar" -> series.add(new Series(Map.of(), List.of(point(result))));
        default -> {
          return new Unavailable("answers with neither a vector nor a matrix");
        }
      }
    } catch (IllegalArgumentException e) {
      return new Unavailable("answers with a sample that is none: " + e.getMessage());
    }
    return new Result(series, notes, histograms);
  }

  private static Map<String, String> labels(JsonNode metric) {
    Map<String, String> labels = new HashMap<>();
    metric.properties().forEach(label -> labels.put(label.getKey(), label.getValue().asText()));
    return labels;
  }

  private static List<JsonNode> samples(JsonNode series) {
    List<JsonNode> samples = new ArrayList<>();
    series.path("histograms").forEach(samples::add);
    return samples.isEmpty() ? List.of(series.path("histogram")) : samples;
  }

  private static List<Point> points(JsonNode series) {
    if (series.has("value")) {
      return List.of(point(series.get("value")));
    }
    List<Point> points = new ArrayList<>();
    series.get("values").forEach(value -> points.add(point(value)));
    return points;
  }

  private static Point point(JsonNode pair) {
    if (pair.size() != 2 || !pair.get(0).isNumber()) {
      throw new IllegalArgumentException(shortened(pair.toString()));
    }
    Instant at = Instant.ofEpochMilli(Math.round(pair.get(0).asDouble() * 1_000));
    return new Point(at, Exposition.number(pair.get(1).asText()));
  }

  private static String encoded(Map<String, String> form) {
    return form.entrySet().stream()
        .map(field -> field.getKey() + "=" + URLEncoder.encode(field.getValue(), UTF_8))
        .collect(Collectors.joining("&"));
  }

  private static String seconds(Instant at) {
    return String.format(Locale.ROOT, "%.3f", at.toEpochMilli() / 1_000.0);
  }

  private static String seconds(Duration length) {
    return String.format(Locale.ROOT, "%.3f", Math.max(1, length.toMillis()) / 1_000.0);
  }

  private static String shortened(String text) {
    return text.length() <= LONGEST_REASON ? text : text.substring(0, LONGEST_REASON - 1) + "…";
  }
}
