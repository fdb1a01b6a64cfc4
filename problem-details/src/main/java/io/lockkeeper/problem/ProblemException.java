package io.lockkeeper.problem;

import io.lockkeeper.problem.Problem.Fault;
import java.util.List;

/// Ends a request with a [Problem].
public final class ProblemException extends RuntimeException {

  private final transient Problem problem;

  /// A problem of one fault.
  ///
  /// @param code stable, in kebab case; part of the problem's type
  public ProblemException(int status, String code, String title, String detail) {
    this(status, code, title, detail, List.of());
  }

  /// A problem of several faults.
  public ProblemException(
      int status, String code, String title, String detail, List<Fault> errors) {
    this(Problem.of(status, code, title, detail, errors));
  }

  /// This problem.
  ProblemException(Problem problem) {
    super(problem.title() + ": " + problem.detail());
    this.problem = problem;
  }

  /// What the caller is told.
  public Problem problem() {
    return problem;
  }
}
