package io.lockkeeper.journal;

import io.smallrye.config.ConfigSourceInterceptor;
import io.smallrye.config.ConfigSourceInterceptorContext;
import io.smallrye.config.ConfigValue;
import org.jspecify.annotations.Nullable;

/// Keeps OpenTelemetry off unless `lockkeeper.otlp.endpoint` says where spans go: whoever has no
/// collector needs none, and pays nothing.
public final class TracesWhereTold implements ConfigSourceInterceptor {

  static final String ENDPOINT = "lockkeeper.otlp.endpoint";
  static final String DISABLED = "quarkus.otel.sdk.disabled";

  private static final long serialVersionUID = 1;

  @Override
  public @Nullable ConfigValue getValue(ConfigSourceInterceptorContext context, String name) {
    ConfigValue value = context.proceed(name);
    if (!name.equals(DISABLED) || value != null && Boolean.parseBoolean(value.getValue())) {
      return value;
    }
    ConfigValue endpoint = context.restart(ENDPOINT);
    boolean told =
        endpoint != null && endpoint.getValue() != null && !endpoint.getValue().isBlank();
    return ConfigValue.builder().withName(name).withValue(Boolean.toString(!told)).build();
  }
}
