package io.lockkeeper.problem;

import java.sql.SQLException;
import java.sql.SQLRecoverableException;
import java.sql.SQLTransientException;
import java.util.Set;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/// Tells a failure that passes by itself (the database is away, something has not come in time)
/// from one that comes again.
final class Outage {

  // Classes of SQL states: connection, resources, operator, system, corruption.
  private static final Set<String> AWAY = Set.of("08", "53", "57", "58", "XX");
  // What a database says that has become a standby.
  private static final String READ_ONLY = "25006";
  private static final int MOST_CAUSES = 64;

  private Outage() {}

  /// Whether this failure, or what led to it, is an outage.
  static boolean isBehind(Throwable failure) {
    @Nullable Throwable cause = failure;
    for (int depth = 0; cause != null && depth < MOST_CAUSES; depth++) {
      if (isOutage(cause)) {
        return true;
      }
      cause = cause.getCause();
    }
    return false;
  }

  private static boolean isOutage(Throwable cause) {
    if (cause instanceof SQLException sql) {
      String state = sql.getSQLState();
      // A connection pool that has none to give names no state.
      return cause instanceof SQLTransientException
          || cause instanceof SQLRecoverableException
          || state == null
          || state.equals(READ_ONLY)
          || state.length() == 5 && AWAY.contains(state.substring(0, 2));
    }
    return cause instanceof TimeoutException;
  }
}
