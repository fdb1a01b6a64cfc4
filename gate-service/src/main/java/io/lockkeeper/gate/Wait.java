package io.lockkeeper.gate;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// What a release waits for.
///
/// @param what  in words
/// @param who   who or what can end the wait
/// @param until when the wait ends by itself; null when only `who` can end it
public record Wait(String what, String who, @Nullable Instant until) {

  /// The wait in one sentence.
  public String sentence() {
    String end = until == null ? "" : ", until " + until + " at the latest";
    return "waits for " + what + " (" + who + ")" + end;
  }
}
