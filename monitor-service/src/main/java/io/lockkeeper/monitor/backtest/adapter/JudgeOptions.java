package io.lockkeeper.monitor.backtest.adapter;

import io.lockkeeper.monitor.judge.JudgeSettings;
import io.lockkeeper.monitor.judge.JudgeSettings.WarmUp;
import io.lockkeeper.monitor.judge.Signal;
import jakarta.validation.Valid;
import jakarta.validation.constraints.DecimalMax;
import jakarta.validation.constraints.DecimalMin;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.Size;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// How strictly to judge, in the words of [JudgeSettings]: as a question it says what is to be
/// different, and what it leaves out stays as it is; as an answer it says all that was in force, so
/// that it can be changed and asked again. M2, D4.
///
/// @param alpha           chance that a harmless release is ever called a breach
/// @param signals         signals by the names under which they were recorded; those that are not
///                        listed stay as they are
/// @param minimumCoverage share of the looks that must have measured the candidate to pass
/// @param minimumRequests candidate requests since the last change of weight that a pass needs
/// @param minimumLooks    looks since the last change of weight that a pass needs
/// @param minimumEvents   bad events of the candidate before a count can breach
/// @param errorFloor      an error ratio may always rise by this much, absolutely
/// @param acceptable      error ratio taken as known-good when nothing at all is known
/// @param requireEvidence whether a pass needs harm ruled out for errors and durations
/// @param warmUp          guard for signals that a cold start distorts
public record JudgeOptions(
    @Nullable
        @DecimalMin(value = "0", inclusive = false)
        @DecimalMax(value = "1", inclusive = false)
        Double alpha,
    @Nullable @Size(max = 64) List<@Valid SignalOptions> signals,
    @Nullable @DecimalMin("0") @DecimalMax("1") Double minimumCoverage,
    @Nullable @Min(0) Long minimumRequests,
    @Nullable @Min(0) Integer minimumLooks,
    @Nullable @Min(1) Integer minimumEvents,
    @Nullable @DecimalMin("0") @DecimalMax("1") Double errorFloor,
    @Nullable
        @DecimalMin(value = "0", inclusive = false)
        @DecimalMax(value = "1", inclusive = false)
        Double acceptable,
    @Nullable Boolean requireEvidence,
    @Nullable @Valid WarmUpOptions warmUp) {

  private static final Duration LONGEST = Duration.ofDays(7);

  public JudgeOptions {
    signals = signals == null ? null : List.copyOf(signals);
  }

  /// One signal.
  ///
  /// @param critical whether its breach fails the release
  /// @param margin   the smallest worsening that matters: the error or KPI budget of the release,
  ///                 as a fraction of the control (0.2 = 20 % worse)
  public record SignalOptions(
      @NotBlank String signal,
      @Nullable Boolean critical,
      @Nullable @DecimalMin("0") @DecimalMax(value = "10", inclusive = false) Double margin) {

    private Signal changed(Signal usual) {
      return new Signal(
          usual.name(),
          usual.kind(),
          Objects.requireNonNullElse(critical, usual.critical()),
          usual.share(),
          margin == null ? usual.margin() : margin,
          critical == null ? usual.required() : critical,
          usual.worse());
    }
  }

  /// Guard against cold starts, as in [WarmUp].
  public record WarmUpOptions(
      @Nullable Duration minimum,
      @Nullable Duration window,
      @Nullable Duration forced,
      @Nullable Duration falling,
      @Nullable Duration afterShift,
      @Nullable Duration afterReset) {

    private WarmUp changed(WarmUp usual) {
      return new WarmUp(
          span("minimum", minimum, usual.minimum()),
          span("window", window, usual.window()),
          span("forced", forced, usual.forced()),
          span("falling", falling, usual.falling()),
          span("afterShift", afterShift, usual.afterShift()),
          span("afterReset", afterReset, usual.afterReset()));
    }

    private static Duration span(String name, @Nullable Duration asked, Duration usual) {
      if (asked == null) {
        return usual;
      }
      if (asked.isNegative() || asked.compareTo(LONGEST) > 0) {
        throw new BrokenDocumentException("/warmUp/" + name, "within PT0S.." + LONGEST);
      }
      return asked;
    }
  }

  /// Nothing is different.
  public static JudgeOptions none() {
    return new JudgeOptions(null, null, null, null, null, null, null, null, null, null);
  }

  /// Only these signals and this are different.
  static JudgeOptions of(
      @Nullable Double alpha, List<SignalOptions> signals, @Nullable Boolean requireEvidence) {
    return new JudgeOptions(
        alpha, signals, null, null, null, null, null, null, requireEvidence, null);
  }

  /// All that is in force in these settings.
  static JudgeOptions of(JudgeSettings settings) {
    var warmUp = settings.warmUp();
    return new JudgeOptions(
        settings.alpha(),
        settings.signals().stream()
            .map(one -> new SignalOptions(one.name(), one.critical(), one.effectiveMargin()))
            .toList(),
        settings.minimumCoverage(),
        settings.minimumRequests(),
        settings.minimumLooks(),
        settings.minimumEvents(),
        settings.errorFloor(),
        settings.acceptable(),
        settings.requireEvidence(),
        new WarmUpOptions(
            warmUp.minimum(),
            warmUp.window(),
            warmUp.forced(),
            warmUp.falling(),
            warmUp.afterShift(),
            warmUp.afterReset()));
  }

  /// These settings with what is to be different.
  ///
  /// @throws BrokenDocumentException when it names what is not there or leaves nothing to decide
  ///     by; names the field
  JudgeSettings changed(JudgeSettings usual) {
    var watched = signals == null ? usual.signals() : changed(usual.signals(), signals);
    var guard = warmUp == null ? usual.warmUp() : warmUp.changed(usual.warmUp());
    try {
      return usual.with(
          draft -> {
            draft.signals = watched;
            draft.warmUp = guard;
            draft.alpha = Objects.requireNonNullElse(alpha, draft.alpha);
            draft.minimumCoverage =
                Objects.requireNonNullElse(minimumCoverage, draft.minimumCoverage);
            draft.minimumRequests =
                Objects.requireNonNullElse(minimumRequests, draft.minimumRequests);
            draft.minimumLooks = Objects.requireNonNullElse(minimumLooks, draft.minimumLooks);
            draft.minimumEvents = Objects.requireNonNullElse(minimumEvents, draft.minimumEvents);
            draft.errorFloor = Objects.requireNonNullElse(errorFloor, draft.errorFloor);
            draft.acceptable = Objects.requireNonNullElse(acceptable, draft.acceptable);
            draft.requireEvidence =
                Objects.requireNonNullElse(requireEvidence, draft.requireEvidence);
          });
    } catch (IllegalArgumentException e) {
      throw new BrokenDocumentException("", "settings that go together: " + e.getMessage());
    }
  }

  private static List<Signal> changed(List<Signal> usual, List<SignalOptions> asked) {
    var changed = new ArrayList<>(usual);
    var names = usual.stream().map(Signal::name).toList();
    for (int i = 0; i < asked.size(); i++) {
      int which = names.indexOf(asked.get(i).signal());
      if (which < 0) {
        throw new BrokenDocumentException("/signals/" + i + "/signal", "one of " + names);
      }
      changed.set(which, asked.get(i).changed(changed.get(which)));
    }
    if (usual.stream().anyMatch(Signal::critical) && changed.stream().noneMatch(Signal::critical)) {
      throw new BrokenDocumentException("/signals", "such that one signal is critical");
    }
    return changed;
  }
}
