package io.lockkeeper.monitor.observability.adapter;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.lockkeeper.monitor.observability.Transition;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/// One dashboard, and the annotation that shows a release on it: a region from the start of the
/// deployment to all traffic, with the version in its text and tags.
///
/// There is at most one for each release and dashboard: it is found again by its tags before it is
/// made. Grafana has no key that would refuse a second one, so two replicas that both believed to
/// hold the lease could still make two; both show the truth.
final class GrafanaDashboard {

  private static final int LONGEST_TAG = 100;

  private final Attempt attempt;
  private final URI grafana;
  private final String uid;

  GrafanaDashboard(Attempt attempt, URI grafana, String uid) {
    this.attempt = attempt;
    this.grafana = grafana;
    this.uid = uid;
  }

  /// Makes sure that the dashboard shows the release.
  ///
  /// @return what it shows
  /// @throws IOException when it does not
  String annotated() throws IOException, InterruptedException {
    JsonNode found = attempt.json(grafana, "/api/dashboards/uid/" + encoded(uid));
    String title = found.at("/dashboard/title").asText(uid);
    Optional<JsonNode> there = annotation();
    if (there.isEmpty()) {
      attempt.post(grafana, "/api/annotations", body());
      there = annotation();
    }
    JsonNode annotation =
        there.orElseThrow(() -> new IOException("does not show the annotation that was made"));
    return "annotation %s on %s: %s"
        .formatted(annotation.path("id").asText(), title, annotation.path("text").asText());
  }

  private Optional<JsonNode> annotation() throws IOException, InterruptedException {
    JsonNode found =
        attempt.json(
            grafana,
            "/api/annotations?type=annotation&limit=10&dashboardUID="
                + encoded(uid)
                + "&tags="
                + encoded(releaseTag())
                + "&tags="
                + encoded(dashboardTag()));
    for (JsonNode annotation : found) {
      if (has(annotation, releaseTag()) && has(annotation, dashboardTag())) {
        return Optional.of(annotation);
      }
    }
    return Optional.empty();
  }

  private static boolean has(JsonNode annotation, String tag) {
    for (JsonNode one : annotation.path("tags")) {
      if (one.asText().equals(tag)) {
        return true;
      }
    }
    return false;
  }

  private ObjectNode body() {
    Transition it = attempt.transition();
    ObjectNode body = Attempt.mapper().createObjectNode();
    body.put("dashboardUID", uid);
    body.put("time", it.started().toEpochMilli());
    body.put("timeEnd", it.completed().toEpochMilli());
    body.put("text", text(it));
    for (String tag :
        List.of(
            "lockkeeper",
            releaseTag(),
            dashboardTag(),
            tag("service", it.request().service()),
            tag("environment", it.request().environment()),
            tag("version", it.request().version()))) {
      body.withArray("tags").add(tag);
    }
    return body;
  }

  private static String text(Transition it) {
    return "%s %s in %s (release %s)"
        .formatted(
            it.request().service(),
            it.from().isEmpty()
                ? it.request().version()
                : it.from() + " → " + it.request().version(),
            it.request().environment(),
            it.release());
  }

  private String releaseTag() {
    return tag("release", attempt.transition().release().value());
  }

  private String dashboardTag() {
    return tag("dashboard", uid);
  }

  /// Grafana keeps what stands before the colon and what stands after it in a hundred characters
  /// each.
  private static String tag(String name, String value) {
    return name
        + ":"
        + (value.length() <= LONGEST_TAG ? value : value.substring(0, LONGEST_TAG)).strip();
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }
}
