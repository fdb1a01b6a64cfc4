package io.lockkeeper.gate;

import io.lockkeeper.runbook.Runbook.Freeze;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// G3: the periods in which releases wait; overlapping ones count as one.
record FreezeCalendar(List<Freeze> freezes) {

  FreezeCalendar {
    freezes = freezes.stream().filter(freeze -> freeze.from().isBefore(freeze.until())).toList();
  }

  /// The freeze that is on at this time.
  Optional<Freeze> at(Instant now) {
    return freezes.stream().filter(freeze -> freeze.covers(now)).findFirst();
  }

  /// When the freeze that is on at this time has passed, and all that follow it without a gap;
  /// this very time when none is on.
  Instant thawed(Instant now) {
    Instant end = now;
    for (Optional<Freeze> on = at(end); on.isPresent(); on = at(end)) {
      end = on.get().until();
    }
    return end;
  }

  /// The next beginning of a freeze after this time.
  Optional<Instant> nextAfter(Instant now) {
    return freezes.stream().map(Freeze::from).filter(now::isBefore).min(Instant::compareTo);
  }

  /// Whether a freeze begins at exactly this time.
  boolean beginsAt(Instant time) {
    return freezes.stream().anyMatch(freeze -> freeze.from().equals(time));
  }
}
