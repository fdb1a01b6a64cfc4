package io.lockkeeper.problem;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.net.URI;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What went wrong, as RFC 9457 writes it (`application/problem+json`).
///
/// @param type stable address of the kind of problem; its last segment is `code`
/// @param instance names this one occurrence where it can be looked up in the log; null otherwise
/// @param errors what is wrong where, for a request with several faults; empty otherwise
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record Problem(
    URI type,
    String title,
    int status,
    @Nullable String detail,
    @Nullable URI instance,
    String code,
    List<Fault> errors) {

  /// The media type of a problem.
  public static final String MEDIA_TYPE = "application/problem+json";

  private static final String TYPES = "https://lockkeeper.io/problems/";

  public Problem {
    errors = List.copyOf(errors);
  }

  /// A problem of this kind.
  public static Problem of(
      int status, String code, String title, @Nullable String detail, List<Fault> errors) {
    return new Problem(URI.create(TYPES + code), title, status, detail, null, code, errors);
  }

  /// The same problem as one occurrence that the log names, too.
  Problem at(URI occurrence) {
    return new Problem(type, title, status, detail, occurrence, code, errors);
  }

  /// One fault of a request.
  ///
  /// @param pointer a JSON pointer into the body, or the name of a parameter
  public record Fault(String pointer, String detail) {}
}
