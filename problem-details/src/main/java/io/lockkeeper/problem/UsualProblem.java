package io.lockkeeper.problem;

import io.lockkeeper.problem.Problem.Fault;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The problems that every service can answer with, whatever it is about: said once, for those who
/// answer and for the description of the interface ([ProblemsInOpenApi]).
enum UsualProblem {
  MALFORMED_JSON(
      400,
      "malformed-json",
      "The body cannot be read",
      "Line 1, column 12 of the body is not the JSON that is expected here"),
  BAD_PARAMETER(
      400,
      "bad-parameter",
      "A parameter cannot be read",
      "A parameter in the address has another form than expected; /q/openapi describes it."),
  BAD_CURSOR(
      400, "bad-cursor", "The cursor cannot be read", "after is the next of an earlier page"),
  UNAUTHORIZED(
      401,
      "unauthorized",
      "A valid bearer token is required",
      "./lockkeeper token NAME ROLE… prints one for a local installation"),
  FORBIDDEN(
      403,
      "forbidden",
      "The token's roles do not allow this",
      "It takes the role viewer or operator."),
  CHANGED_MEANWHILE(
      412,
      "changed-meanwhile",
      "It changed meanwhile",
      "If-Match names another state than the present one, \"q83vEjRWeJCrze8S\"; read it again"),
  TOO_LARGE(413, "too-large", "The body is too large", "At most 65536 bytes are read here."),
  UNSUPPORTED_MEDIA_TYPE(
      415,
      "unsupported-media-type",
      "Unsupported Media Type",
      "Content-Type names nothing that is read here; /q/openapi lists what is."),
  INVALID_REQUEST(422, "invalid-request", "The request is not valid", null),
  TOO_MANY_REQUESTS(
      429,
      "too-many-requests",
      "Too many requests",
      "More than 50 a second, and 200 at once, are not answered; streams and ?wait= need fewer."),
  TEMPORARILY_UNAVAILABLE(
      503,
      "temporarily-unavailable",
      "The service cannot answer at the moment",
      "Its database is away or it is still starting. A command may have taken effect: read the"
          + " release before you repeat it.");

  private final int status;
  private final String code;
  private final String title;
  private final @Nullable String detail;

  UsualProblem(int status, String code, String title, @Nullable String detail) {
    this.status = status;
    this.code = code;
    this.title = title;
    this.detail = detail;
  }

  int status() {
    return status;
  }

  String code() {
    return code;
  }

  /// With what there is to say about the case at hand.
  Problem with(@Nullable String its, List<Fault> errors) {
    return Problem.of(status, code, title, its, errors);
  }

  /// With what there usually is to say.
  Problem problem() {
    return with(detail, List.of());
  }
}
