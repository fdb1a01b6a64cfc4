package io.lockkeeper.notification;

import io.lockkeeper.events.GateEvent.ReleaseAccepted;
import io.lockkeeper.events.ReleaseId;
import io.lockkeeper.notification.Bulletin.Kind;
import io.lockkeeper.notification.Bulletin.Link;
import io.lockkeeper.runbook.ReleaseRequest;
import io.lockkeeper.runbook.RunbookLine;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/// What every message about one release has in common: whom it goes to and what it is about.
public record Letterhead(ReleaseId release, ReleaseAccepted accepted) {

  /// The most links a message carries; further ones are left out.
  private static final int LINKS = 20;

  /// `demo/shop 2.0.1 in production`.
  String name() {
    ReleaseRequest request = accepted.request();
    return Words.foreign(request.service() + " " + request.version())
        + " in "
        + Words.foreign(request.environment());
  }

  /// A message to the deployment channel (C1).
  Bulletin message(Kind kind, RunbookLine line, String what, String title, String text) {
    return bulletin(
        kind, line, what, accepted.runbook().communication().channel(), title, text, List.of());
  }

  /// D1: with links to the artifacts and whatever the request links to.
  Bulletin announcement(String what, String title, String text) {
    return bulletin(
        Kind.ANNOUNCEMENT,
        RunbookLine.D1,
        what,
        accepted.runbook().communication().channel(),
        title,
        text,
        links());
  }

  /// R5: to the incident tracker, linked to the release and its change.
  Bulletin incident(String what, String title, String text) {
    return bulletin(
        Kind.INCIDENT,
        RunbookLine.R5,
        what,
        accepted.runbook().communication().incidents(),
        title,
        text,
        links());
  }

  private Bulletin bulletin(
      Kind kind,
      RunbookLine line,
      String what,
      String channel,
      String title,
      String text,
      List<Link> links) {
    ReleaseRequest request = accepted.request();
    return new Bulletin(
        release,
        request.service(),
        request.environment(),
        request.version(),
        kind,
        line,
        release + ":" + what,
        channel,
        title,
        text,
        links);
  }

  private List<Link> links() {
    ReleaseRequest request = accepted.request();
    List<Link> links = new ArrayList<>();
    links.add(new Link("artifact", Words.foreign(request.artifact().purl())));
    links.add(
        new Link(
            "source",
            Words.foreign(request.source().repository() + "@" + request.source().commit())));
    Stream.concat(
            request.links().stream().map(uri -> new Link("link", Words.foreign(uri.toString()))),
            request.evidence().stream()
                .filter(evidence -> evidence.url() != null)
                .map(
                    evidence ->
                        new Link(
                            "evidence: " + Words.foreign(evidence.check()),
                            Words.foreign(String.valueOf(evidence.url())))))
        .limit(LINKS - links.size())
        .forEach(links::add);
    return links;
  }
}
