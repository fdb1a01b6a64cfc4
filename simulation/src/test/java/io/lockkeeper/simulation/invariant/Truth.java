package io.lockkeeper.simulation.invariant;

import io.lockkeeper.events.Fact;
import io.lockkeeper.events.ReleaseId;
import io.lockkeeper.events.Writer;
import io.lockkeeper.runbook.Digest;
import io.lockkeeper.runbook.Lane;
import io.lockkeeper.simulation.platform.Service;
import io.lockkeeper.simulation.platform.Timeline;
import io.lockkeeper.simulation.platform.Topic;
import io.lockkeeper.simulation.world.Receiver;
import io.lockkeeper.simulation.world.TrafficTarget;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What really happened, by the true clock: the measure of what the services say.
public final class Truth {

  /// What must become of a release.
  public enum Expectation {
    /// Good, and nothing but bounded faults came in its way.
    VERIFIED,
    /// Bad: never verified, and back when it started.
    NOT_VERIFIED,
    /// People or unbounded faults decide.
    ANY
  }

  private final Timeline timeline;
  private final Topic topic;
  private final Map<Writer, Service> services;
  private final Map<Lane, TrafficTarget> targets;
  private final Map<String, Receiver> receivers;
  private final Map<ReleaseId, Course> courses = new LinkedHashMap<>();
  private final Map<ReleaseId, Expectation> expectations = new LinkedHashMap<>();
  private final Map<Writer, Instant> disturbances = new LinkedHashMap<>();
  private Instant healthySince = Timeline.START;
  private boolean calm;

  /// The truth about these services and this world.
  public Truth(
      Timeline timeline,
      Topic topic,
      Map<Writer, Service> services,
      Map<Lane, TrafficTarget> targets,
      Map<String, Receiver> receivers) {
    this.timeline = timeline;
    this.topic = topic;
    this.services = services;
    this.targets = targets;
    this.receivers = receivers;
  }

  /// The true time.
  public Instant now() {
    return timeline.now();
  }

  /// The topic.
  public Topic topic() {
    return topic;
  }

  /// One of the five.
  public Service service(Writer writer) {
    Service service = services.get(writer);
    if (service == null) {
      throw new IllegalStateException("no service " + writer);
    }
    return service;
  }

  /// What carries the traffic of this lane; null for a lane that nothing is released to.
  public @Nullable TrafficTarget target(Lane lane) {
    return targets.get(lane);
  }

  /// All lanes.
  public Collection<TrafficTarget> targets() {
    return targets.values();
  }

  /// Channels and trackers by name.
  public Map<String, Receiver> receivers() {
    return receivers;
  }

  /// Every release of which anything was written.
  public Collection<Course> courses() {
    return courses.values();
  }

  /// What was written about this release.
  public Course course(ReleaseId release) {
    return courses.computeIfAbsent(release, Course::new);
  }

  /// The release under way, or the last one, with this candidate on this lane.
  public List<Course> coursesOf(Lane lane, Digest candidate) {
    List<Course> found = new ArrayList<>();
    for (Course course : courses.values()) {
      if (course
          .deployment()
          .filter(
              started ->
                  started.lane().equals(lane) && started.candidate().digest().equals(candidate))
          .isPresent()) {
        found.add(course);
      }
    }
    return found;
  }

  /// Says what must become of a release.
  public void expect(ReleaseId release, Expectation expectation) {
    expectations.put(release, expectation);
  }

  /// What must become of a release.
  public Expectation expectation(ReleaseId release) {
    return expectations.getOrDefault(release, Expectation.ANY);
  }

  /// Faults keep this service from working until then.
  public void disturb(Writer service, Duration length) {
    Instant until = timeline.now().plus(length);
    disturbances.merge(service, until, (one, other) -> one.isAfter(other) ? one : other);
  }

  /// Faults keep everything from working until then.
  public void disturbAll(Duration length) {
    for (Writer writer : Writer.values()) {
      disturb(writer, length);
    }
  }

  /// Since when no fault kept this service from working; in the future while one does.
  public Instant undisturbedSince(Writer service) {
    return disturbances.getOrDefault(service, healthySince);
  }

  /// From now on there are no faults.
  public void becomeCalm() {
    calm = true;
    healthySince = timeline.now();
  }

  /// Whether faults have stopped.
  public boolean isCalm() {
    return calm;
  }

  void written(Fact fact) {
    course(fact.release()).add(fact, timeline.now());
  }

  void lost(List<Fact> facts) {
    for (Fact fact : facts) {
      course(fact.release()).lose(facts);
    }
  }
}
