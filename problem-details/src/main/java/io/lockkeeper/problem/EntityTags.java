package io.lockkeeper.problem;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import jakarta.inject.Singleton;
import jakarta.ws.rs.HttpMethod;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerResponseContext;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import org.jboss.resteasy.reactive.server.ServerResponseFilter;
import org.jspecify.annotations.Nullable;

/// Says of every JSON that is read by GET which state it shows (`ETag`), answers 304 when the
/// caller
/// has that state already, and lets a command be bound to the state its sender saw (`If-Match`).
@Singleton
public final class EntityTags {

  private static final int BYTES = 12;

  private final ObjectMapper mapper;

  EntityTags(ObjectMapper mapper) {
    this.mapper = mapper;
  }

  /// The tag of what is shown, with its quotes: the same for the same JSON.
  public String of(Object shown) {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(mapper.writeValueAsBytes(shown));
      return '"'
          + Base64.getUrlEncoder().withoutPadding().encodeToString(Arrays.copyOf(digest, BYTES))
          + '"';
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  /// Whether a header `If-None-Match` or `If-Match` names the state that is shown.
  public boolean names(String header, Object shown) {
    String tag = of(shown);
    return List.of(header.strip().split(" *, *")).stream()
        .anyMatch(named -> named.equals("*") || named.replaceFirst("^W/", "").equals(tag));
  }

  /// Refuses a command whose sender saw another state than this one.
  ///
  /// @param ifMatch the header; null when the command is meant for any state
  /// @throws ProblemException 412
  public void require(@Nullable String ifMatch, Object shown) {
    if (ifMatch != null && !names(ifMatch, shown)) {
      throw new ProblemException(
          UsualProblem.CHANGED_MEANWHILE.with(
              "If-Match names another state than the present one, " + of(shown) + "; read it again",
              List.of()));
    }
  }

  @ServerResponseFilter
  void tag(ContainerRequestContext request, ContainerResponseContext response) {
    Object shown = response.getEntity();
    if (!request.getMethod().equals(HttpMethod.GET)
        || response.getStatus() != 200
        || shown == null
        || !MediaType.APPLICATION_JSON_TYPE.isCompatible(response.getMediaType())) {
      return;
    }
    response.getHeaders().putSingle(HttpHeaders.ETAG, of(shown));
    String known = request.getHeaderString(HttpHeaders.IF_NONE_MATCH);
    if (known != null && names(known, shown)) {
      response.setStatus(304);
      response.setEntity(null);
    }
  }
}
