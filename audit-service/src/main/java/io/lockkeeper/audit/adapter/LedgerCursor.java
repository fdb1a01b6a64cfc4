package io.lockkeeper.audit.adapter;

import io.lockkeeper.problem.ProblemException;
import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/// Where a reader of the ledger stands: the greatest offset that it has of each partition. Written
/// as `0:17,3:4`; a partition that is not named is read from its beginning.
record LedgerCursor(SortedMap<Integer, Long> reached) {

  /// Before everything.
  static final LedgerCursor START = new LedgerCursor(new TreeMap<>());

  /// How the beginning is written.
  private static final String BEGINNING = "start";

  private static final String PLACE = "[0-9]{1,9}:[0-9]{1,18}";
  private static final int LONGEST = 10_000;

  LedgerCursor {
    reached = Collections.unmodifiableSortedMap(new TreeMap<>(reached));
  }

  /// The cursor that is written so; `start` is the beginning.
  ///
  /// @throws ProblemException 400 when it is none
  static LedgerCursor of(String text) {
    if (text.equals(BEGINNING)) {
      return START;
    }
    if (text.length() > LONGEST || !text.matches(PLACE + "(," + PLACE + ")*")) {
      throw new ProblemException(
          400,
          "bad-cursor",
          "The cursor cannot be read",
          "it is the id of an event of this stream, or " + BEGINNING);
    }
    SortedMap<Integer, Long> reached = new TreeMap<>();
    for (String place : text.split(",")) {
      int colon = place.indexOf(':');
      reached.put(
          Integer.parseInt(place.substring(0, colon)), Long.parseLong(place.substring(colon + 1)));
    }
    return new LedgerCursor(reached);
  }

  /// The cursor of whoever has this delivery, too.
  LedgerCursor with(Delivery delivery) {
    SortedMap<Integer, Long> further = new TreeMap<>(reached);
    further.put(delivery.partition(), delivery.offset());
    return new LedgerCursor(further);
  }

  @Override
  public String toString() {
    return reached.isEmpty()
        ? BEGINNING
        : reached.entrySet().stream()
            .map((Map.Entry<Integer, Long> place) -> place.getKey() + ":" + place.getValue())
            .collect(Collectors.joining(","));
  }
}
