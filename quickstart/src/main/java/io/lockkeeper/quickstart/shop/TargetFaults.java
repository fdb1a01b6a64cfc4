package io.lockkeeper.quickstart.shop;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.databind.JsonNode;
import io.lockkeeper.quickstart.wire.Json;
import org.jspecify.annotations.Nullable;

/// What a target can be told to do wrong, so that its callers can be tried. All off at first, and
/// never kept over a restart. Thread-safe.
final class TargetFaults {

  private static final int MAX_DELAY_MILLIS = 600_000;

  /// What is wrong now.
  ///
  /// - `delayMillis`: the work of each effect takes this much longer; the answer is 202 meanwhile.
  /// - `answerDelayMillis`: the answer comes this much after the work is done.
  /// - `applyTwice`: so many next effects are done twice.
  /// - `partial`: so many next effects are done by half and reported as done: a shift goes half the
  ///   way; anything else is done but reported as failed.
  /// - `lie`: so many next answers to POST and GET tell what was asked, not what is.
  /// - `failNext`: so many next effects fail and change nothing.
  /// - `stall`: so many next answers to GET `/state` do not come for ten minutes.
  record Setting(
      int delayMillis,
      int answerDelayMillis,
      int applyTwice,
      int partial,
      int lie,
      int failNext,
      int stall) {

    static final Setting OFF = new Setting(0, 0, 0, 0, 0, 0, 0);

    Setting {
      if (delayMillis < 0 || delayMillis > MAX_DELAY_MILLIS) {
        throw new IllegalArgumentException("delayMillis is between 0 and " + MAX_DELAY_MILLIS);
      }
      if (answerDelayMillis < 0 || answerDelayMillis > MAX_DELAY_MILLIS) {
        throw new IllegalArgumentException(
            "answerDelayMillis is between 0 and " + MAX_DELAY_MILLIS);
      }
      if (applyTwice < 0 || partial < 0 || lie < 0 || failNext < 0 || stall < 0) {
        throw new IllegalArgumentException("Counts are not negative");
      }
    }
  }

  /// What is wrong with one effect.
  record Plan(int delayMillis, boolean twice, boolean partial, boolean fails) {
    static final Plan GOOD = new Plan(0, false, false, false);
  }

  @JsonIgnoreProperties(ignoreUnknown = false)
  private record Change(
      @Nullable Integer delayMillis,
      @Nullable Integer answerDelayMillis,
      @Nullable JsonNode applyTwice,
      @Nullable JsonNode partial,
      @Nullable JsonNode lie,
      @Nullable JsonNode failNext,
      @Nullable JsonNode stall) {}

  private Setting setting = Setting.OFF;

  synchronized Setting setting() {
    return setting;
  }

  /// Changes what the JSON names and leaves the rest. A count may be `true` (until switched off) or
  /// `false` (0).
  synchronized Setting change(byte[] json) throws Json.Malformed {
    Change change = Json.read(json, Change.class);
    setting =
        new Setting(
            change.delayMillis() == null ? setting.delayMillis() : change.delayMillis(),
            change.answerDelayMillis() == null
                ? setting.answerDelayMillis()
                : change.answerDelayMillis(),
            count(change.applyTwice(), setting.applyTwice()),
            count(change.partial(), setting.partial()),
            count(change.lie(), setting.lie()),
            count(change.failNext(), setting.failNext()),
            count(change.stall(), setting.stall()));
    return setting;
  }

  /// What is wrong with the next effect; uses up one of each count.
  synchronized Plan next() {
    Setting now = setting;
    setting =
        new Setting(
            now.delayMillis(),
            now.answerDelayMillis(),
            usedUp(now.applyTwice()),
            usedUp(now.partial()),
            now.lie(),
            usedUp(now.failNext()),
            now.stall());
    return new Plan(now.delayMillis(), now.applyTwice() > 0, now.partial() > 0, now.failNext() > 0);
  }

  /// Whether the next answer is a lie; uses up one.
  synchronized boolean lies() {
    Setting now = setting;
    setting =
        new Setting(
            now.delayMillis(),
            now.answerDelayMillis(),
            now.applyTwice(),
            now.partial(),
            usedUp(now.lie()),
            now.failNext(),
            now.stall());
    return now.lie() > 0;
  }

  /// How long the next answer to GET `/state` takes, in milliseconds; uses up one stall.
  synchronized int stateDelayMillis() {
    Setting now = setting;
    setting =
        new Setting(
            now.delayMillis(),
            now.answerDelayMillis(),
            now.applyTwice(),
            now.partial(),
            now.lie(),
            now.failNext(),
            usedUp(now.stall()));
    return now.stall() > 0 ? MAX_DELAY_MILLIS : 0;
  }

  private static int count(@Nullable JsonNode node, int old) {
    if (node == null || node.isNull()) {
      return old;
    }
    if (node.isBoolean()) {
      return node.booleanValue() ? Integer.MAX_VALUE : 0;
    }
    if (node.canConvertToInt()) {
      return node.intValue();
    }
    throw new IllegalArgumentException("A count is a whole number, true or false, not " + node);
  }

  private static int usedUp(int count) {
    return count == 0 || count == Integer.MAX_VALUE ? count : count - 1;
  }
}
