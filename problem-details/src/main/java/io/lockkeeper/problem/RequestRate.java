package io.lockkeeper.problem;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.github.bucket4j.Bucket;
import io.github.bucket4j.ConsumptionProbe;
import jakarta.inject.Singleton;
import jakarta.ws.rs.HttpMethod;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.SecurityContext;
import java.security.Principal;
import java.time.Duration;
import java.util.List;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.resteasy.reactive.server.ServerRequestFilter;
import org.jspecify.annotations.Nullable;

/// How often one caller may ask: so many requests a second and a burst on top, by the name in the
/// token. Whoever asks more is answered 429 and when to come again. An operator's commands are not
/// counted: a stop must never wait behind a dashboard that asks too often.
@Singleton
public final class RequestRate {

  private static final int MOST_CALLERS = 10_000;
  private static final Duration FORGOTTEN_AFTER = Duration.ofMinutes(10);

  private final Cache<String, Bucket> callers =
      Caffeine.newBuilder().maximumSize(MOST_CALLERS).expireAfterAccess(FORGOTTEN_AFTER).build();
  private final int perSecond;
  private final int burst;

  RequestRate(
      @ConfigProperty(name = "lockkeeper.requests.per-second") int perSecond,
      @ConfigProperty(name = "lockkeeper.requests.burst") int burst) {
    this.perSecond = perSecond;
    this.burst = burst;
  }

  @ServerRequestFilter
  @Nullable Response limit(ContainerRequestContext request) {
    SecurityContext security = request.getSecurityContext();
    Principal caller = security == null ? null : security.getUserPrincipal();
    if (caller == null
        || !request.getMethod().equals(HttpMethod.GET) && security.isUserInRole("operator")) {
      return null;
    }
    ConsumptionProbe probe =
        callers.get(caller.getName(), any -> bucket()).tryConsumeAndReturnRemaining(1);
    if (probe.isConsumed()) {
      return null;
    }
    long seconds = 1 + Duration.ofNanos(probe.getNanosToWaitForRefill()).toSeconds();
    return Response.status(429)
        .type(Problem.MEDIA_TYPE)
        .header(HttpHeaders.RETRY_AFTER, seconds)
        .entity(
            UsualProblem.TOO_MANY_REQUESTS.with(
                "More than %d a second, and %d at once, are not answered; streams and ?wait= need fewer."
                    .formatted(perSecond, burst),
                List.of()))
        .build();
  }

  private Bucket bucket() {
    return Bucket.builder()
        .addLimit(limit -> limit.capacity(burst).refillGreedy(perSecond, Duration.ofSeconds(1)))
        .build();
  }
}
