package io.lockkeeper.problem;

import jakarta.inject.Singleton;
import jakarta.ws.rs.core.UriInfo;
import java.util.List;
import java.util.Objects;
import org.jboss.logging.MDC;
import org.jboss.resteasy.reactive.server.ServerRequestFilter;

/// Names the release that a call is about in every line that is logged on its behalf. What is set
/// here belongs to the request, on whatever thread it is served, and ends with it.
@Singleton
public final class ReleaseInLog {

  private static final List<String> PARAMETERS = List.of("id", "release");

  @ServerRequestFilter
  void name(UriInfo uri) {
    PARAMETERS.stream()
        .map(uri.getPathParameters()::getFirst)
        .filter(Objects::nonNull)
        .findFirst()
        .ifPresent(id -> MDC.put("release", id));
  }
}
