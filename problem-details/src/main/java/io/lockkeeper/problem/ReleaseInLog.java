package io.lockkeeper.problem;

import jakarta.inject.Singleton;
import jakarta.ws.rs.core.UriInfo;
import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;
import org.jboss.logging.MDC;
import org.jboss.resteasy.reactive.server.ServerRequestFilter;

/// Names the release that a call is about, and its trace, in every line that is logged on its
/// behalf, as the journal does in those about facts. What is set here belongs to the request, on
/// whatever thread it is served, and ends with it.
@Singleton
public final class ReleaseInLog {

  private static final List<String> PARAMETERS = List.of("id", "release");

  private static final Pattern UUID = Pattern.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");

  @ServerRequestFilter
  void name(UriInfo uri) {
    PARAMETERS.stream()
        .map(uri.getPathParameters()::getFirst)
        .filter(Objects::nonNull)
        .findFirst()
        .ifPresent(ReleaseInLog::put);
  }

  // The trace of a release is its id, in the writing of W3C Trace Context.
  private static void put(String release) {
    MDC.put("release", release);
    if (UUID.matcher(release).matches()) {
      MDC.put("traceId", release.replace("-", ""));
    }
  }
}
