package io.lockkeeper.problem;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.quarkus.runtime.configuration.MemorySize;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.io.UncheckedIOException;
import java.util.List;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/// Answers a body that is larger than `quarkus.http.limits.max-body-size` with a [Problem], whether
/// it says so at first or turns out to be; such a request is turned away before any resource sees
/// it.
@Singleton
final class TooLargeBodies {

  /// Before the server's own check, which answers without a body.
  private static final int FIRST = -1_000_000;

  private static final int TOO_LARGE = 413;

  private final ObjectMapper mapper;
  private final long limit;
  private final BodyHandler whole;

  TooLargeBodies(
      ObjectMapper mapper,
      @ConfigProperty(name = "quarkus.http.limits.max-body-size") MemorySize limit) {
    this.mapper = mapper;
    this.limit = limit.asLongValue();
    whole = BodyHandler.create(false).setBodyLimit(this.limit);
  }

  void install(@Observes Router router) {
    router.route().order(FIRST).handler(this::check).failureHandler(this::failed);
  }

  private void check(RoutingContext call) {
    String length = call.request().getHeader(HttpHeaders.CONTENT_LENGTH);
    if (length != null && length.matches("[0-9]{1,18}") && Long.parseLong(length) > limit) {
      refuse(call);
    } else if (call.request().headers().contains(HttpHeaders.TRANSFER_ENCODING)) {
      // Read here: the server would cut the connection when it grows too long, without an answer.
      // In HTTP/2 a stream is that, and stays so: what was read here could not be read again.
      whole.handle(call);
    } else {
      call.next();
    }
  }

  private void failed(RoutingContext call) {
    if (call.statusCode() == TOO_LARGE) {
      refuse(call);
    } else {
      call.next();
    }
  }

  private void refuse(RoutingContext call) {
    Problem problem =
        UsualProblem.TOO_LARGE.with("At most " + limit + " bytes are read here.", List.of());
    try {
      HttpServerResponse answer =
          call.response()
              .setStatusCode(problem.status())
              .putHeader(HttpHeaders.CONTENT_TYPE, Problem.MEDIA_TYPE);
      if (call.request().version() != HttpVersion.HTTP_2) { // where there is no such header
        answer.putHeader(HttpHeaders.CONNECTION, "close");
      }
      answer.end(mapper.writeValueAsString(problem));
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }
}
