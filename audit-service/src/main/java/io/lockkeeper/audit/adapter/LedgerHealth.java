package io.lockkeeper.audit.adapter;

import io.smallrye.health.api.HealthGroup;
import jakarta.inject.Singleton;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;

/// Health group `work`: whether the topic reaches the ledger. No reason to take the log away
/// from those who want to read it.
@HealthGroup("work")
@Singleton
public class LedgerHealth implements HealthCheck {

  private final LedgerReader reader;

  LedgerHealth(LedgerReader reader) {
    this.reader = reader;
  }

  @Override
  public HealthCheckResponse call() {
    String trouble = reader.trouble();
    HealthCheckResponseBuilder response =
        HealthCheckResponse.named("ledger").withData("behind", reader.behind());
    if (trouble != null) {
      response.withData("trouble", trouble);
    }
    return response.status(trouble == null).build();
  }
}
