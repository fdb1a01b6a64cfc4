package io.lockkeeper.monitor.judge;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// One thing that is watched. Its name is the key of its series in [Sample]. Runbook M1.
///
/// @param name     `errors`, `duration`, `rate`, `cpu`, `memory`, or the name of a KPI or endpoint
/// @param kind     how it is judged
/// @param critical whether its breach fails the release; otherwise it is told, and decides nothing
/// @param share    its part of the false-alarm budget before it is shared out, `> 0`; `null` for
///                 the kind's own ([Kind#share]), divided among the critical signals of that kind
/// @param margin   the smallest worsening that matters, as a fraction of the control (0.2 = 20 %
///                 worse); `null` for the kind's own ([Kind#margin])
/// @param required whether nothing passes while it is not measured
/// @param worse    which way is worse, where the kind does not say it ([Kind#VALUE])
public record Signal(
    String name,
    Kind kind,
    boolean critical,
    @Nullable Double share,
    @Nullable Double margin,
    boolean required,
    Worse worse) {

  /// Name of the request-error signal.
  public static final String ERRORS = "errors";

  /// Name of the duration signal over all requests.
  public static final String DURATION = "duration";

  /// How a signal is judged.
  public enum Kind {
    /// Failed of tried; more is worse. Exact for rare events.
    ERRORS(0.30, 0.20),
    /// A histogram of durations; longer is worse, at the median and in the tail.
    DURATION(0.22, 0.03),
    /// Requests per unit of planned traffic share; fewer is worse. Needs a control.
    RATE(0.05, 0.10),
    /// CPU seconds per request; more is worse.
    CPU(0.05, 0.10),
    /// Memory per instance; more, or growing without an end, is worse.
    MEMORY(0.13, 0.06),
    /// Successes of attempts of a business process; a falling share is worse.
    KPI(0.25, 0.005),
    /// How full something is (a pool, a queue): a share of its size, measured at each instance;
    /// fuller is worse, as far as the instance has no more to do for it.
    SATURATION(0.10, 0.20),
    /// What business events come to on average (the value of an order); more or less is worse.
    VALUE(0.15, 0.03);

    private final double share;
    private final double margin;

    Kind(double share, double margin) {
      this.share = share;
      this.margin = margin;
    }

    /// The kind's part of the false-alarm budget.
    public double share() {
      return share;
    }

    /// The smallest worsening that matters by default, as a fraction of the control.
    public double margin() {
      return margin;
    }
  }

  /// Which way is worse.
  public enum Worse {
    /// The more, the worse.
    MORE,
    /// The less, the worse.
    LESS
  }

  public Signal {
    Objects.requireNonNull(kind);
    if (name.isBlank()) {
      throw new IllegalArgumentException("a signal needs a name");
    }
    if (share != null && !(share > 0 && share <= 1)) {
      throw new IllegalArgumentException(name + ": share must be within (0, 1]: " + share);
    }
    if (margin != null && !(margin >= 0 && margin < 10)) {
      throw new IllegalArgumentException(name + ": margin must be within [0, 10): " + margin);
    }
  }

  /// A signal that is required when it is critical; of values less is worse.
  public Signal(
      String name, Kind kind, boolean critical, @Nullable Double share, @Nullable Double margin) {
    this(name, kind, critical, share, margin, critical, worse(kind));
  }

  private static Worse worse(Kind kind) {
    return switch (kind) {
      case KPI, VALUE, RATE -> Worse.LESS;
      case ERRORS, DURATION, CPU, MEMORY, SATURATION -> Worse.MORE;
    };
  }

  /// A critical signal with its kind's share and margin.
  public static Signal critical(String name, Kind kind) {
    return new Signal(name, kind, true, null, null);
  }

  /// A signal that is told and decides nothing.
  public static Signal advisory(String name, Kind kind) {
    return new Signal(name, kind, false, null, null);
  }

  /// The same signal with another smallest worsening that matters.
  public Signal withMargin(double smallest) {
    return new Signal(name, kind, critical, share, smallest, required, worse);
  }

  /// The margin in force.
  public double effectiveMargin() {
    return margin == null ? kind.margin() : margin;
  }
}
