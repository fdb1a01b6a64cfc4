package io.lockkeeper.problem;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import io.lockkeeper.problem.Problem.Fault;
import io.quarkus.security.AuthenticationFailedException;
import io.quarkus.security.ForbiddenException;
import io.quarkus.security.UnauthorizedException;
import jakarta.annotation.security.RolesAllowed;
import jakarta.validation.ConstraintViolationException;
import jakarta.validation.Path;
import jakarta.ws.rs.NotFoundException;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.container.ResourceInfo;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.jboss.logging.Logger;
import org.jboss.resteasy.reactive.server.ServerExceptionMapper;
import org.jspecify.annotations.Nullable;

/// Answers every failed request of a service with a [Problem]; what nobody expected is logged under
/// the instance that the caller is told, and shows no more of itself.
public final class ProblemMappers {

  private static final Logger LOG = Logger.getLogger(ProblemMappers.class);

  /// What resources call the parameter that takes the body; its pointer is that of the whole.
  private static final String BODY = "body";

  private static final Duration RETRY_AFTER = Duration.ofSeconds(5);

  @ServerExceptionMapper
  Response thrown(ProblemException e) {
    return answer(e.problem());
  }

  @ServerExceptionMapper(priority = 1)
  Response unauthenticated(UnauthorizedException e) {
    return challenge();
  }

  @ServerExceptionMapper(priority = 1)
  Response badToken(AuthenticationFailedException e) {
    return challenge();
  }

  @ServerExceptionMapper(priority = 1)
  Response forbidden(ForbiddenException e, @Nullable ResourceInfo resource) {
    RolesAllowed allowed = allowed(resource);
    return answer(
        UsualProblem.FORBIDDEN.with(
            allowed == null
                ? "It takes another role."
                : "It takes the role " + String.join(" or ", allowed.value()) + ".",
            List.of()));
  }

  private static @Nullable RolesAllowed allowed(@Nullable ResourceInfo resource) {
    if (resource == null || resource.getResourceMethod() == null) {
      return null;
    }
    RolesAllowed ofMethod = resource.getResourceMethod().getAnnotation(RolesAllowed.class);
    return ofMethod == null
        ? resource.getResourceClass().getAnnotation(RolesAllowed.class)
        : ofMethod;
  }

  @ServerExceptionMapper
  Response invalid(ConstraintViolationException e) {
    List<Fault> faults =
        e.getConstraintViolations().stream()
            .map(
                violation ->
                    new Fault(pointer(violation.getPropertyPath()), violation.getMessage()))
            .sorted((one, other) -> one.pointer().compareTo(other.pointer()))
            .toList();
    return answer(UsualProblem.INVALID_REQUEST.with(null, faults));
  }

  @ServerExceptionMapper
  Response unreadable(JacksonException e) {
    return answer(malformed(e));
  }

  // By its own name, since the framework has an answer of its own for it.
  @ServerExceptionMapper
  Response mismatched(MismatchedInputException e) {
    return answer(malformed(e));
  }

  @ServerExceptionMapper
  Response http(WebApplicationException e) {
    Response response = e.getResponse();
    if (response.hasEntity()) {
      return response;
    }
    if (e.getCause() instanceof JacksonException json) {
      return answer(malformed(json));
    }
    int status = response.getStatus();
    if (status >= 500) {
      return unexpected(e);
    }
    if (e instanceof NotFoundException && e.getCause() != null) {
      // That is how the framework says that a parameter is no number.
      return answer(UsualProblem.BAD_PARAMETER.problem());
    }
    String title = response.getStatusInfo().getReasonPhrase();
    String code = title.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-");
    Response.ResponseBuilder answer =
        builder(Problem.of(status, code, title, detail(status), List.of()));
    response
        .getHeaders()
        .forEach((name, values) -> values.forEach(value -> answer.header(name, value)));
    return answer.header(HttpHeaders.CONTENT_TYPE, null).type(Problem.MEDIA_TYPE).build();
  }

  @ServerExceptionMapper
  Response unexpected(Throwable e) {
    if (Outage.isBehind(e)) {
      LOG.warnf("request answered by 503: %s", e);
      return unavailable();
    }
    URI occurrence = URI.create("urn:uuid:" + UUID.randomUUID());
    LOG.errorf(e, "request failed: %s", occurrence);
    return answer(
        Problem.of(
                500,
                "internal-error",
                "The service failed",
                "Its log names this occurrence.",
                List.of())
            .at(occurrence));
  }

  private static @Nullable String detail(int status) {
    return switch (status) {
      case 404 -> "Nothing is at this address; /q/openapi lists what there is.";
      case 405 -> "This address has no such method; /q/openapi lists what there is.";
      case 406 -> "Accept names nothing that is offered here; /q/openapi lists what is.";
      case 415 -> "Content-Type names nothing that is read here; /q/openapi lists what is.";
      default -> null;
    };
  }

  private static Problem malformed(JacksonException e) {
    List<Fault> faults =
        e instanceof JsonMappingException mapping && !mapping.getPath().isEmpty()
            ? List.of(new Fault(pointer(mapping), wrong(mapping)))
            : List.of();
    String where =
        e.getLocation() == null
            ? "The body is not the JSON that is expected here"
            : "Line %d, column %d of the body is not the JSON that is expected here"
                .formatted(e.getLocation().getLineNr(), e.getLocation().getColumnNr());
    return UsualProblem.MALFORMED_JSON.with(where, faults);
  }

  private static String wrong(JsonMappingException e) {
    return e instanceof UnrecognizedPropertyException unknown
            && unknown.getKnownPropertyIds() != null
        ? "is not known here, where there are "
            + unknown.getKnownPropertyIds().stream()
                .map(Object::toString)
                .sorted()
                .collect(Collectors.joining(", "))
        : "has another form than expected";
  }

  private static String pointer(JsonMappingException e) {
    return e.getPath().stream()
        .map(
            step ->
                step.getFieldName() == null
                    ? Integer.toString(step.getIndex())
                    : step.getFieldName().replace("~", "~0").replace("/", "~1"))
        .collect(Collectors.joining("/", "/", ""));
  }

  /// The path without the method and the parameter's own name, which mean nothing to the caller.
  private static String pointer(Path path) {
    List<String> steps =
        StreamSupport.stream(path.spliterator(), false).map(ProblemMappers::step).toList();
    if (steps.getLast().equals(BODY) && steps.size() == 2) {
      return "";
    }
    return steps.size() <= 2
        ? steps.getLast()
        : "/" + String.join("/", steps.subList(2, steps.size()));
  }

  // The place in a list stands on the step behind it.
  private static String step(Path.Node node) {
    return node.getIndex() == null ? node.getName() : node.getIndex() + "/" + node.getName();
  }

  private static Response challenge() {
    return builder(UsualProblem.UNAUTHORIZED.problem())
        .header(HttpHeaders.WWW_AUTHENTICATE, "Bearer")
        .build();
  }

  private static Response unavailable() {
    return builder(UsualProblem.TEMPORARILY_UNAVAILABLE.problem())
        .header(HttpHeaders.RETRY_AFTER, RETRY_AFTER.toSeconds())
        .build();
  }

  private static Response answer(Problem problem) {
    return builder(problem).build();
  }

  private static Response.ResponseBuilder builder(Problem problem) {
    return Response.status(problem.status()).type(Problem.MEDIA_TYPE).entity(problem);
  }
}
