package io.lockkeeper.simulation.invariant;

import io.lockkeeper.audit.DeploymentLog;
import io.lockkeeper.events.EventId;
import io.lockkeeper.events.EventTypes;
import io.lockkeeper.events.Fact;
import io.lockkeeper.events.ReleaseEvent;
import io.lockkeeper.events.ReleaseId;
import io.lockkeeper.events.Writer;
import io.lockkeeper.journal.EventJson;
import io.lockkeeper.simulation.platform.Topic;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// The record.
final class LogEqualsTopic extends Invariant {

  private final Set<Class<?>> onTheWire = new HashSet<>();
  private final Map<ReleaseId, Map<EventId, Fact>> published = new LinkedHashMap<>();

  LogEqualsTopic(Truth truth) {
    super(truth, "D5: every published fact has one log entry, none invented, none lost");
  }

  @Override
  public void published(Topic.Delivery delivery) {
    Fact fact = delivery.fact();
    if (onTheWire.add(fact.event().getClass())) {
      ReleaseEvent event = fact.event();
      ReleaseEvent read = EventJson.read(EventTypes.nameOf(event), EventJson.write(event));
      require(read.equals(event), "%s is read as %s", event, read);
    }
    published
        .computeIfAbsent(fact.release(), _ -> new LinkedHashMap<>())
        .putIfAbsent(fact.id(), fact);
  }

  @Override
  public void end() {
    published.forEach(
        (release, facts) -> {
          List<Fact> known = truth.service(Writer.AUDIT).database().history(release);
          DeploymentLog log = DeploymentLog.of(known, List.of());
          Map<EventId, Integer> entries = new LinkedHashMap<>();
          log.steps().forEach(step -> entries.merge(step.entry().id(), 1, Integer::sum));
          facts.forEach(
              (id, fact) ->
                  require(
                      entries.getOrDefault(id, 0) == 1,
                      "%s has %s entries: %s",
                      fact,
                      entries.getOrDefault(id, 0),
                      release));
          require(
              entries.size() == facts.size(),
              "%s has %s entries for %s facts",
              release,
              entries.size(),
              facts.size());
          known.forEach(
              fact ->
                  require(fact.equals(facts.get(fact.id())), "%s is not what was published", fact));
        });
  }
}
