package io.lockkeeper.monitor.backtest.adapter;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.lockkeeper.journal.EventJson;
import io.lockkeeper.monitor.backtest.Backtest;
import io.lockkeeper.monitor.backtest.RecordedCase;
import io.lockkeeper.monitor.backtest.adapter.JudgeOptions.SignalOptions;
import io.lockkeeper.monitor.judge.JudgeSettings;
import io.lockkeeper.monitor.judge.Signal;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `./lockkeeper judge CASE…`: judges recorded cases by the judge of live releases and prints one
/// line of JSON for each, in the order of the arguments. A file that holds no case is named on the
/// error output with the field that is wrong; the others are judged all the same. M2, M4.
@Command(
    name = "./lockkeeper judge",
    sortOptions = false,
    description = {
      "Judges recorded telemetry by the judge of live releases and prints one line of JSON for each"
          + " case: {\"case\",\"verdict\",\"atSeconds\",\"metric\"}.",
      ""
    },
    footer = {
      "",
      "The exit code is 0 when every case was judged, whatever the verdicts, and 2 when a file was"
          + " no case or the usage was wrong."
    })
public final class JudgeCommand implements Callable<Integer> {

  private static final int OK = 0;
  private static final int WRONG = 2;

  private final ObjectMapper mapper =
      new ObjectMapper()
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION);

  private final PrintStream out;
  private final PrintStream err;

  private JudgeOptions filed = JudgeOptions.none();
  private JudgeOptions asked = JudgeOptions.none();

  @Spec private @Nullable CommandSpec spec;

  @Parameters(
      arity = "1..*",
      paramLabel = "CASE",
      description =
          "A JSON file in the format of the canary benchmark (docs/judge.md), or a folder of them")
  private List<Path> cases = List.of();

  @Option(
      names = "--alpha",
      paramLabel = "CHANCE",
      description =
          "Chance that a harmless release is ever called a breach, over all signals and looks"
              + " together; 0.05 when not given")
  private @Nullable Double alpha;

  @Option(
      names = "--margin",
      paramLabel = "SIGNAL=PART",
      description =
          "Smallest worsening of a signal that matters, 0.2 for 20 %%; signals: errors, duration,"
              + " kpi, rate, cpu, memory")
  private Map<String, Double> margins = Map.of();

  @Option(
      names = "--advisory",
      paramLabel = "SIGNAL",
      description = "The signal is reported and decides nothing")
  private Set<String> advisory = Set.of();

  @Option(
      names = "--require-evidence",
      description = "No HEALTHY before harm is ruled out for errors and durations")
  private boolean requireEvidence;

  @Option(
      names = "--settings",
      paramLabel = "FILE",
      description =
          "A JSON file of settings as POST /backtests takes them and answers with (docs/judge.md);"
              + " the other options change them further")
  private @Nullable Path settings;

  @Option(
      names = "--explain",
      description =
          "With the reason, and for each signal its estimate, interval, evidence, counts and rule")
  private boolean explain;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "This text")
  private boolean help;

  private JudgeCommand(PrintStream out, PrintStream err) {
    this.out = out;
    this.err = err;
  }

  /// Runs the command and exits with its code.
  public static void main(String[] arguments) {
    var out = new PrintStream(System.out, false, StandardCharsets.UTF_8);
    int code = run(List.of(arguments), out, System.err);
    out.flush();
    System.exit(code);
  }

  /// Runs the command.
  ///
  /// @return the exit code: 0 when all was judged, 2 when not
  static int run(List<String> arguments, PrintStream out, PrintStream err) {
    return new CommandLine(new JudgeCommand(out, err))
        .setOut(new PrintWriter(out, true, StandardCharsets.UTF_8))
        .setErr(new PrintWriter(err, true, StandardCharsets.UTF_8))
        .setParameterExceptionHandler((wrong, _) -> wrongUsage(wrong, err))
        .execute(arguments.toArray(String[]::new));
  }

  private static int wrongUsage(ParameterException wrong, PrintStream err) {
    err.println("lockkeeper judge: " + wrong.getMessage());
    err.println("./lockkeeper judge --help says what it takes.");
    return WRONG;
  }

  @Override
  public Integer call() {
    check();
    var files = cases.stream().flatMap(this::files).toList();
    var all = new ArrayList<Outcome>();
    // Each case has a judge of its own, so they can be judged beside each other.
    files.parallelStream()
        .map(this::judge)
        .forEachOrdered(
            outcome -> {
              tell(outcome);
              all.add(outcome);
            });
    return all.stream().allMatch(outcome -> outcome.trouble == null) ? OK : WRONG;
  }

  /// What became of one file.
  private record Outcome(@Nullable String line, @Nullable String trouble) {}

  private void tell(Outcome outcome) {
    if (outcome.line != null) {
      out.println(outcome.line);
    } else {
      err.println(outcome.trouble);
    }
  }

  private Outcome judge(Path file) {
    try {
      var recorded = CaseReader.read(mapper.readTree(Files.readAllBytes(file)));
      var backtest = Backtest.of(recorded, settings(recorded));
      ObjectNode line = explain ? VerdictLine.explained(backtest) : VerdictLine.of(backtest);
      return new Outcome(line.toString(), null);
    } catch (JsonProcessingException e) {
      return trouble(file, "no JSON" + reason(e));
    } catch (NoSuchFileException e) {
      return trouble(file, "no such file");
    } catch (IOException e) {
      return trouble(file, "cannot be read: " + e.getMessage());
    } catch (IllegalArgumentException e) {
      // One case that nobody could judge must not cost the others their verdict.
      return trouble(file, e.getMessage());
    }
  }

  private static String reason(JsonProcessingException e) {
    var where = e.getLocation();
    return (where == null
            ? ""
            : " at line " + where.getLineNr() + ", column " + where.getColumnNr())
        + ": "
        + e.getOriginalMessage();
  }

  private static Outcome trouble(Path file, @Nullable String what) {
    return new Outcome(null, file + ": " + what);
  }

  private JudgeSettings settings(RecordedCase recorded) {
    return asked.changed(filed.changed(Backtest.settings(recorded)));
  }

  private JudgeOptions options() {
    var signals = new ArrayList<SignalOptions>();
    for (var usual : RecordedCase.SIGNALS) {
      boolean isAdvisory = advisory.contains(usual.name());
      if (isAdvisory || margins.containsKey(usual.name())) {
        signals.add(
            new SignalOptions(usual.name(), isAdvisory ? false : null, margins.get(usual.name())));
      }
    }
    return JudgeOptions.of(alpha, signals, requireEvidence ? true : null);
  }

  /// What the options' types cannot say.
  private void check() {
    if (alpha != null && !(alpha > 0 && alpha < 1)) {
      throw wrong("--alpha is a chance within (0, 1), not " + alpha);
    }
    margins.forEach(
        (signal, part) -> {
          checkSignal(signal);
          if (!(part >= 0 && part < 1)) {
            throw wrong("--margin takes a part within [0, 1), not " + part);
          }
        });
    advisory.forEach(this::checkSignal);
    if (advisory.size() == RecordedCase.SIGNALS.size()) {
      throw wrong("every signal is advisory, so none could decide");
    }
    asked = options();
    if (settings != null) {
      filed = read(settings);
    }
  }

  private JudgeOptions read(Path file) {
    try {
      var strict =
          EventJson.configure(mapper.copy())
              .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);
      var options = strict.readValue(file.toFile(), JudgeOptions.class);
      options.changed(JudgeSettings.of(RecordedCase.SIGNALS, Duration.ofSeconds(15)));
      return options;
    } catch (JsonProcessingException e) {
      throw wrong("--settings " + file + ": no settings" + reason(e));
    } catch (IOException | IllegalArgumentException e) {
      throw wrong("--settings " + file + ": " + e.getMessage());
    }
  }

  private void checkSignal(String name) {
    if (RecordedCase.SIGNALS.stream().noneMatch(signal -> signal.name().equals(name))) {
      var names = RecordedCase.SIGNALS.stream().map(Signal::name).collect(Collectors.joining(", "));
      throw wrong("no signal " + name + "; there are " + names);
    }
  }

  private ParameterException wrong(String message) {
    return new ParameterException(requireNonNull(spec).commandLine(), message);
  }

  private Stream<Path> files(Path place) {
    if (!Files.isDirectory(place)) {
      return Stream.of(place);
    }
    try (var inside = Files.list(place)) {
      return inside.filter(file -> file.toString().endsWith(".json")).sorted().toList().stream();
    } catch (IOException e) {
      throw wrong(place + " cannot be read: " + e.getMessage());
    }
  }
}
