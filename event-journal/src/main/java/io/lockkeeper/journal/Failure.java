package io.lockkeeper.journal;

import java.sql.SQLException;
import java.sql.SQLRecoverableException;
import java.sql.SQLTransientException;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Collections;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.Set;
import org.postgresql.util.PSQLException;

/// What a failure in a transaction means for whoever wanted it.
enum Failure {
  /// Another writer was quicker: try again at once.
  CONFLICT,
  /// The database is away or lost the connection: try again later.
  TROUBLE,
  /// Anything else: trying again gives the same.
  OTHER;

  // Serialization failure, deadlock, lock not available.
  private static final Set<String> CONFLICTS = Set.of("40001", "40P01", "55P03");
  // Connection, resources, operator, system, internal; and a read-only standby after a failover.
  private static final Set<String> TROUBLES = Set.of("08", "53", "57", "58", "XX");
  private static final String READ_ONLY = "25006";
  private static final String REVISION = "release_event_revision";
  private static final int MOST_CAUSES = 64;

  /// What this failure means, looking at everything that caused it.
  static Failure of(Throwable failure) {
    Failure found = OTHER;
    for (Throwable cause : causes(failure)) {
      if (cause instanceof SQLException sql) {
        if (isConflict(sql)) {
          return CONFLICT;
        }
        if (isTrouble(sql)) {
          found = TROUBLE;
        }
      } else if (cause instanceof JournalUnavailable) {
        found = TROUBLE;
      }
    }
    return found;
  }

  /// Whether the failure says what the database or the mapping refused, and not that it was away.
  static boolean isPersistence(Throwable failure) {
    return causes(failure).stream()
        .anyMatch(
            cause ->
                cause instanceof SQLException
                    || cause.getClass().getName().startsWith("jakarta.persistence.")
                    || cause.getClass().getName().startsWith("org.hibernate."));
  }

  private static boolean isConflict(SQLException failure) {
    String state = failure.getSQLState();
    return state != null && CONFLICTS.contains(state)
        || failure instanceof PSQLException refused
            && refused.getServerErrorMessage() != null
            && REVISION.equals(refused.getServerErrorMessage().getConstraint());
  }

  private static boolean isTrouble(SQLException failure) {
    String state = failure.getSQLState();
    return failure instanceof SQLTransientException
        || failure instanceof SQLRecoverableException
        || state == null
        || state.equals(READ_ONLY)
        || state.length() == 5 && TROUBLES.contains(state.substring(0, 2));
  }

  private static Set<Throwable> causes(Throwable failure) {
    Set<Throwable> seen = Collections.newSetFromMap(new IdentityHashMap<>());
    Deque<Throwable> open = new ArrayDeque<>();
    open.add(failure);
    while (!open.isEmpty() && seen.size() < MOST_CAUSES) {
      Throwable next = open.remove();
      if (seen.add(next)) {
        if (next.getCause() != null) {
          open.add(next.getCause());
        }
        open.addAll(Arrays.asList(next.getSuppressed()));
      }
    }
    return seen;
  }
}
