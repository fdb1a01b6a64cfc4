package io.lockkeeper.problem;

import java.time.DateTimeException;
import java.time.Instant;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// A page of a list, newest first. Its answer names the next page in `Link`, too.
///
/// @param next what to pass as `after` for the following page; null at the end
public record Page<T>(List<T> items, @Nullable String next) {

  public Page {
    items = List.copyOf(items);
  }

  /// These rows, of which there may be more when they are as many as were asked for.
  public static <T> Page<T> of(List<T> rows, int limit, Function<T, Cursor> place) {
    return new Page<>(rows, rows.size() < limit ? null : place.apply(rows.getLast()).toString());
  }

  /// Where a page of a list by time ends.
  public record Cursor(Instant time, String id) {

    /// Before every row; no later time fits into every database.
    public static final Cursor START = new Cursor(Instant.parse("9999-12-31T23:59:59Z"), "");

    /// The cursor that an earlier page gave as `next`; [#START] without one.
    ///
    /// @throws ProblemException 400 when it is none
    public static Cursor of(@Nullable String after) {
      if (after == null) {
        return START;
      }
      int slash = after.indexOf('/');
      boolean plain = after.chars().noneMatch(Character::isISOControl);
      if (slash > 0 && plain) {
        try {
          return new Cursor(Instant.parse(after.substring(0, slash)), after.substring(slash + 1));
        } catch (DateTimeException e) {
          // Answered below.
        }
      }
      throw new ProblemException(UsualProblem.BAD_CURSOR.problem());
    }

    @Override
    public String toString() {
      return time + "/" + id;
    }
  }
}
