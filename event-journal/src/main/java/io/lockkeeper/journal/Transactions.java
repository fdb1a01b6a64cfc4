package io.lockkeeper.journal;

import jakarta.transaction.HeuristicMixedException;
import jakarta.transaction.HeuristicRollbackException;
import jakarta.transaction.InvalidTransactionException;
import jakarta.transaction.NotSupportedException;
import jakarta.transaction.RollbackException;
import jakarta.transaction.Status;
import jakarta.transaction.SystemException;
import jakarta.transaction.Transaction;
import jakarta.transaction.TransactionManager;
import java.sql.Connection;
import java.sql.SQLException;
import javax.sql.DataSource;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/// Runs work in a new JTA transaction of its own and says what went wrong in three words: a
/// conflict, which is tried again at once; trouble, which is tried again later; or the work's own
/// exception.
final class Transactions {

  private static final Logger LOG = Logger.getLogger(Transactions.class);

  /// Work on the journal's tables.
  @FunctionalInterface
  interface Work<T> {
    T on(Connection connection) throws SQLException;
  }

  /// Another writer was quicker; nothing was changed.
  static final class Conflict extends RuntimeException {
    Conflict(Throwable cause) {
      super("another writer was quicker", cause);
    }
  }

  private final TransactionManager transactions;
  private final DataSource dataSource;

  Transactions(TransactionManager transactions, DataSource dataSource) {
    this.transactions = transactions;
    this.dataSource = dataSource;
  }

  /// Does the work in a transaction of its own, whatever transaction the caller is in.
  ///
  /// @throws Conflict           when another writer was quicker
  /// @throws JournalUnavailable when the database cannot be reached or lost the transaction
  <T> T call(Work<T> work) {
    Transaction callers = suspend();
    try {
      begin();
      T result = workThenRollBackOnFailure(work);
      commit();
      return result;
    } finally {
      resume(callers);
    }
  }

  private <T> T workThenRollBackOnFailure(Work<T> work) {
    boolean done = false;
    try (Connection connection = dataSource.getConnection()) {
      T result = work.on(connection);
      done = true;
      return result;
    } catch (SQLException | RuntimeException e) {
      done = false;
      throw classified(e);
    } finally {
      if (!done) {
        rollback();
      }
    }
  }

  private static RuntimeException classified(Exception failure) {
    return switch (Failure.of(failure)) {
      case CONFLICT -> new Conflict(failure);
      case TROUBLE -> new JournalUnavailable("the database cannot be reached", failure);
      case OTHER ->
          failure instanceof RuntimeException own
              ? own
              : new JournalUnavailable("the database refused: " + failure.getMessage(), failure);
    };
  }

  private void begin() {
    try {
      transactions.begin();
    } catch (NotSupportedException | SystemException e) {
      throw new JournalUnavailable("no transaction could be begun", e);
    }
  }

  private void commit() {
    try {
      transactions.commit();
    } catch (RollbackException e) {
      // What waits for the commit (rows of views) may fail there for reasons of its own.
      if (Failure.of(e) == Failure.OTHER && Failure.isPersistence(e)) {
        throw new ReactionFailed("its rows could not be written", e);
      }
      throw Failure.of(e) == Failure.CONFLICT
          ? new Conflict(e)
          : new JournalUnavailable("the transaction was rolled back", e);
    } catch (HeuristicMixedException
        | HeuristicRollbackException
        | SystemException
        | RuntimeException e) {
      throw new JournalUnavailable("whether the transaction was committed is not known", e);
    }
  }

  private void rollback() {
    try {
      if (transactions.getStatus() != Status.STATUS_NO_TRANSACTION) {
        transactions.rollback();
      }
    } catch (SystemException | RuntimeException e) {
      LOG.debug("a transaction that failed could not be rolled back either", e);
    }
  }

  private @Nullable Transaction suspend() {
    try {
      return transactions.suspend();
    } catch (SystemException e) {
      throw new JournalUnavailable("the caller's transaction could not be suspended", e);
    }
  }

  private void resume(@Nullable Transaction callers) {
    if (callers != null) {
      try {
        transactions.resume(callers);
      } catch (InvalidTransactionException | SystemException e) {
        throw new IllegalStateException("the caller's transaction could not be resumed", e);
      }
    }
  }
}
