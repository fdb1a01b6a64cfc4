package io.lockkeeper.journal;

import io.agroal.api.AgroalDataSource;
import io.micrometer.core.instrument.MeterRegistry;
import io.opentelemetry.api.trace.Tracer;
import io.quarkus.arc.Unremovable;
import io.quarkus.jackson.ObjectMapperCustomizer;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.smallrye.common.annotation.Identifier;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Any;
import jakarta.enterprise.inject.Instance;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import jakarta.interceptor.Interceptor;
import jakarta.transaction.TransactionManager;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/// Puts the journal of one service together: give it a [JournalOwner] bean, and it gives an
/// [EventJournal] and [Leases], publishes its numbers and the service's [Census], starts relay and
/// alarms, and compares the journal with the topic
/// first.
@Singleton
final class JournalBeans {

  @Produces
  @Singleton
  JournalParts parts(
      JournalOwner owner,
      AgroalDataSource dataSource,
      TransactionManager transactions,
      MeterRegistry registry,
      @Identifier("default-kafka-broker") Map<String, Object> broker,
      @ConfigProperty(name = "lockkeeper.journal.topic", defaultValue = "release-events")
          String topic,
      @ConfigProperty(name = "lockkeeper.journal.retention") Optional<Duration> keep,
      @Any Instance<Census> censuses,
      Tracer tracer,
      @ConfigProperty(name = TracesWhereTold.DISABLED) boolean untraced) {
    Map<String, Object> clients = new HashMap<>(broker);
    clients.put("client.id", owner.writer().source().substring(1) + "-journal");
    return JournalParts.of(
        owner,
        dataSource,
        transactions,
        Clock.systemUTC(),
        registry,
        clients,
        topic,
        keep,
        censuses.stream().toList(),
        untraced ? Optional.empty() : Optional.of(new FactSpans(tracer)));
  }

  // Behind a proxy, so that what a service does after a commit may use the journal itself.
  @Produces
  @ApplicationScoped
  @Unremovable
  EventJournal journal(JournalParts parts) {
    return parts.journal();
  }

  @Produces
  @Singleton
  @Unremovable
  Leases leases(AgroalDataSource dataSource) {
    return new Leases(dataSource);
  }

  @Produces
  @Singleton
  @Unremovable
  ObjectMapperCustomizer contractJson() {
    return EventJson::configure;
  }

  // Before messaging starts, so that nothing is consumed that recovery has to see first.
  void start(
      @Observes @Priority(Interceptor.Priority.PLATFORM_BEFORE) StartupEvent started,
      JournalParts parts) {
    parts.start();
  }

  void stop(@Observes ShutdownEvent stopping, JournalParts parts) {
    parts.close();
  }
}
