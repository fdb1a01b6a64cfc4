package io.lockkeeper.journal;

import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/// Whether the journal may be used: closed until a starting service has compared its database with
/// the topic, so that nothing is decided, and no effect begun, on less than what was already said.
/// Without brokers it opens for what comes in alone: what only time brings waits for the
/// comparison.
final class Admission {

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition opened = lock.newCondition();
  private boolean open;
  private boolean alarms;

  /// Lets everybody in.
  void open() {
    open(true);
  }

  /// Lets commands and reports in; alarms decide nothing until [#open].
  void openWithoutAlarms() {
    open(false);
  }

  private void open(boolean withAlarms) {
    lock.lock();
    try {
      open = true;
      alarms = withAlarms;
      opened.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /// Lets nobody in until [#open].
  void close() {
    lock.lock();
    try {
      open = false;
    } finally {
      lock.unlock();
    }
  }

  /// Whether the journal may be used now.
  boolean isOpen() {
    lock.lock();
    try {
      return open;
    } finally {
      lock.unlock();
    }
  }

  /// Whether an alarm may decide something now.
  boolean letsAlarmsDecide() {
    lock.lock();
    try {
      return open && alarms;
    } finally {
      lock.unlock();
    }
  }

  /// Waits until somebody is let in, at most so long.
  ///
  /// @return whether it is open
  /// @throws JournalUnavailable when the thread is interrupted
  boolean await(Duration longest) {
    lock.lock();
    try {
      long left = longest.toNanos();
      while (!open && left > 0) {
        left = opened.awaitNanos(left);
      }
      return open;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new JournalUnavailable("interrupted", e);
    } finally {
      lock.unlock();
    }
  }
}
