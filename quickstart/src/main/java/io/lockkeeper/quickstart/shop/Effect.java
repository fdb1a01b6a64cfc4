package io.lockkeeper.quickstart.shop;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// One thing that a target is asked to do, as it stands in the message's `data`.
///
/// `weight` is the candidate's share in percent and counts for `SHIFT` alone; `step` names the
/// infrastructure step of `RUN` and `REVERT` and the backup of `RESTORE`.
public record Effect(
    String release,
    String service,
    String environment,
    Fence fence,
    Action action,
    @Nullable String step,
    @Nullable Integer weight,
    @Nullable String candidate,
    @Nullable String stable) {

  private static final Pattern DIGEST = Pattern.compile("sha256:[0-9a-f]{64}");
  private static final int MAX_NAME = 200;

  /// What can be asked of a target.
  public enum Action {
    /// Give the candidate `weight` percent of the requests; 0 is all on stable. (D3, R1, R2)
    SHIFT,
    /// Execute the infrastructure step. (D2)
    RUN,
    /// Undo the infrastructure step. (R2)
    REVERT,
    /// Run the documented rollback script of this name. (R2)
    SCRIPT,
    /// Let no request in: customers get a maintenance answer. (R3)
    CLOSE,
    /// Put the named backup back. (R3)
    RESTORE,
    /// Check that the data is what was last written. (R3)
    VALIDATE,
    /// Let requests in again. (R3)
    REOPEN
  }

  /// Throws `IllegalArgumentException` when a part is missing that the action needs, or has no
  /// usable form.
  public Effect {
    release = named("release", release);
    service = named("service", service);
    environment = named("environment", environment);
    if (fence == null || action == null) {
      throw new IllegalArgumentException("fence and action are required");
    }
    switch (action) {
      case SHIFT -> {
        if (weight == null || weight < 0 || weight > Split.WHOLE) {
          throw new IllegalArgumentException("SHIFT needs a weight between 0 and 100");
        }
        digest("stable", stable);
        if (weight > 0 || candidate != null) {
          digest("candidate", candidate);
        }
      }
      case RUN, REVERT, SCRIPT, RESTORE -> fileName(named("step", step));
      case CLOSE, VALIDATE, REOPEN -> {
        // These need nothing more.
      }
    }
  }

  /// The only idempotency key that this effect may come under, without the quotes of the header.
  public String key() {
    return release + ":" + fence.token() + "." + fence.number();
  }

  /// The step as a part of a file name, safe whatever the step contains.
  static String fileName(String step) {
    String encoded = URLEncoder.encode(step, StandardCharsets.UTF_8);
    if (encoded.length() > MAX_NAME) {
      throw new IllegalArgumentException("The name of the step is too long");
    }
    return encoded;
  }

  private static String named(String what, @Nullable String value) {
    if (value == null || value.isBlank() || value.length() > MAX_NAME) {
      throw new IllegalArgumentException(
          what + " is required, at most " + MAX_NAME + " characters");
    }
    return value;
  }

  private static void digest(String what, @Nullable String value) {
    if (value == null || !DIGEST.matcher(value).matches()) {
      throw new IllegalArgumentException(what + " is sha256: and 64 hex digits");
    }
  }
}
