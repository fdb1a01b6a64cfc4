package io.lockkeeper.problem;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.quarkus.runtime.configuration.MemorySize;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.io.UncheckedIOException;
import java.util.List;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/// Answers a body that is larger than `quarkus.http.limits.max-body-size` with a [Problem]; such a
/// request is turned away before any resource sees it.
@Singleton
final class TooLargeBodies {

  /// Before the server's own check, which answers without a body.
  private static final int FIRST = -1_000_000;

  private final ObjectMapper mapper;
  private final long limit;

  TooLargeBodies(
      ObjectMapper mapper,
      @ConfigProperty(name = "quarkus.http.limits.max-body-size") MemorySize limit) {
    this.mapper = mapper;
    this.limit = limit.asLongValue();
  }

  void install(@Observes Router router) {
    router.route().order(FIRST).handler(this::check);
  }

  // A body without a declared length is cut off by the server when it grows too long.
  private void check(RoutingContext call) {
    String length = call.request().getHeader(HttpHeaders.CONTENT_LENGTH);
    if (length == null || !length.matches("[0-9]{1,18}") || Long.parseLong(length) <= limit) {
      call.next();
    } else {
      refuse(call);
    }
  }

  private void refuse(RoutingContext call) {
    Problem problem =
        UsualProblem.TOO_LARGE.with("At most " + limit + " bytes are read here.", List.of());
    try {
      call.response()
          .setStatusCode(problem.status())
          .putHeader(HttpHeaders.CONTENT_TYPE, Problem.MEDIA_TYPE)
          .putHeader(HttpHeaders.CONNECTION, "close")
          .end(mapper.writeValueAsString(problem));
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }
}
