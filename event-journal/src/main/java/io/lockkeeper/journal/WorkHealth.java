package io.lockkeeper.journal;

import io.smallrye.health.api.HealthGroup;
import jakarta.inject.Singleton;
import java.sql.SQLException;
import java.time.Duration;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;

/// Health group `work`: whether this service's work goes on. It is for alerts and for people, and
/// is no reason to take the service away from those who want to halt a release: readiness is
/// another matter.
@HealthGroup("work")
@Singleton
final class WorkHealth implements HealthCheck {

  private static final Duration OLDEST_UNPUBLISHED = Duration.ofMinutes(1);

  private final JournalParts parts;

  WorkHealth(JournalParts parts) {
    this.parts = parts;
  }

  @Override
  public HealthCheckResponse call() {
    HealthCheckResponseBuilder response =
        HealthCheckResponse.named("journal").withData("recovery", parts.recovery().state().title());
    try {
      JournalStatus.Numbers numbers = parts.status().numbers();
      return response
          .withData("unpublished", numbers.unpublished())
          .withData("oldestUnpublishedSeconds", numbers.oldest().toSeconds())
          .withData("stuck", numbers.stuck())
          .withData("open", numbers.alarms())
          .status(
              parts.recovery().state() == Recovery.State.DONE
                  && numbers.oldest().compareTo(OLDEST_UNPUBLISHED) <= 0
                  && numbers.stuck() == 0)
          .build();
    } catch (SQLException e) {
      return response.withData("database", "cannot be asked").down().build();
    }
  }
}
