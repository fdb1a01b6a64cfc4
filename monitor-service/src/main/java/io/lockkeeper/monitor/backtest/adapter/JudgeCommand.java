package io.lockkeeper.monitor.backtest.adapter;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.lockkeeper.monitor.backtest.Backtest;
import io.lockkeeper.monitor.backtest.RecordedCase;
import io.lockkeeper.monitor.judge.JudgeSettings;
import io.lockkeeper.monitor.judge.Signal;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// `./lockkeeper judge CASE…`: judges recorded cases by the judge of live releases and prints one
/// line of JSON for each, in the order of the arguments. A file that holds no case is named on the
/// error output with the field that is wrong; the others are judged all the same. M2, M4.
public final class JudgeCommand {

  private static final int OK = 0;
  private static final int WRONG = 2;

  private static final String USAGE =
      """
      Usage: ./lockkeeper judge [OPTION...] CASE...

      Judges recorded telemetry by the judge of live releases and prints one line of JSON for each
      case: {"case","verdict","atSeconds","metric"}. A CASE is a JSON file in the format of the
      canary benchmark (docs/judge.md), or a folder of them.

        --alpha CHANCE           chance that a harmless release is ever called a breach, over all
                                 signals and looks together; 0.05 when not given
        --margin SIGNAL=PART     smallest worsening of a signal that matters, 0.2 for 20 %;
                                 signals: errors, duration, kpi, rate, cpu, memory
        --advisory SIGNAL        the signal is reported and decides nothing
        --require-evidence       no HEALTHY before harm is ruled out for errors and durations
        --explain                with the reason, and for each signal its estimate, interval,
                                 evidence, counts and rule
        --help                   this text

      The exit code is 0 when every case was judged, whatever the verdicts, and 2 when a file was no
      case or the usage was wrong.
      """;

  private final ObjectMapper mapper =
      new ObjectMapper()
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION);

  private final PrintStream out;
  private final PrintStream err;
  private final List<Path> files = new ArrayList<>();
  private final Map<String, Double> margins = new HashMap<>();
  private final Set<String> advisory = new HashSet<>();
  private @Nullable Double alpha;
  private boolean requireEvidence;
  private boolean explain;

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
    var command = new JudgeCommand(out, err);
    try {
      if (!command.parse(arguments)) {
        out.print(USAGE);
        return OK;
      }
    } catch (IllegalArgumentException | IOException e) {
      err.println("lockkeeper judge: " + e.getMessage());
      err.println("./lockkeeper judge --help says what it takes.");
      return WRONG;
    }
    return command.judge();
  }

  /// What became of one file.
  private record Outcome(@Nullable String line, @Nullable String trouble) {}

  private int judge() {
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
      var where = e.getLocation();
      return trouble(
          file,
          "no JSON"
              + (where == null
                  ? ""
                  : " at line " + where.getLineNr() + ", column " + where.getColumnNr())
              + ": "
              + e.getOriginalMessage());
    } catch (NoSuchFileException e) {
      return trouble(file, "no such file");
    } catch (IOException e) {
      return trouble(file, "cannot be read: " + e.getMessage());
    } catch (BrokenCaseException e) {
      return trouble(file, e.getMessage());
    }
  }

  private static Outcome trouble(Path file, @Nullable String what) {
    return new Outcome(null, file + ": " + what);
  }

  private JudgeSettings settings(RecordedCase recorded) {
    var settings = Backtest.settings(recorded).withSignals(signals());
    settings = alpha == null ? settings : settings.withAlpha(alpha);
    return settings.withRequireEvidence(requireEvidence);
  }

  private List<Signal> signals() {
    var signals = new ArrayList<Signal>();
    for (var usual : RecordedCase.SIGNALS) {
      var signal =
          new Signal(
              usual.name(), usual.kind(), !advisory.contains(usual.name()), null, usual.margin());
      var margin = margins.get(usual.name());
      signals.add(margin == null ? signal : signal.withMargin(margin));
    }
    return signals;
  }

  /// Reads the arguments.
  ///
  /// @return whether there is something to judge; `false` when help was asked for
  private boolean parse(List<String> arguments) throws IOException {
    var left = new ArrayList<>(arguments);
    boolean options = true;
    while (!left.isEmpty()) {
      var argument = left.removeFirst();
      if (!options || !argument.startsWith("-")) {
        addFiles(argument);
        continue;
      }
      int equals = argument.indexOf('=');
      var name = equals < 0 ? argument : argument.substring(0, equals);
      switch (name) {
        case "--help", "-h" -> {
          return false;
        }
        case "--" -> options = false;
        case "--explain" -> explain = true;
        case "--require-evidence" -> requireEvidence = true;
        case "--alpha" -> alpha = alpha(value(argument, equals, left));
        case "--margin" -> addMargin(value(argument, equals, left));
        case "--advisory" -> advisory.add(signal(value(argument, equals, left)));
        default -> throw new IllegalArgumentException("no option " + argument);
      }
    }
    if (files.isEmpty()) {
      throw new IllegalArgumentException("names no case");
    }
    if (advisory.size() == RecordedCase.SIGNALS.size()) {
      throw new IllegalArgumentException("every signal is advisory, so none could decide");
    }
    return true;
  }

  private static String value(String argument, int equals, List<String> left) {
    if (equals >= 0) {
      return argument.substring(equals + 1);
    }
    if (left.isEmpty()) {
      throw new IllegalArgumentException(argument + " needs a value");
    }
    return left.removeFirst();
  }

  private static double alpha(String text) {
    double chance = number("--alpha", text);
    if (!(chance > 0 && chance < 1)) {
      throw new IllegalArgumentException("--alpha is a chance within (0, 1), not " + text);
    }
    return chance;
  }

  private void addMargin(String text) {
    int equals = text.indexOf('=');
    if (equals < 0) {
      throw new IllegalArgumentException("--margin takes SIGNAL=PART, not " + text);
    }
    double part = number("--margin", text.substring(equals + 1));
    if (!(part >= 0 && part < 1)) {
      throw new IllegalArgumentException("--margin takes a part within [0, 1), not " + text);
    }
    margins.put(signal(text.substring(0, equals)), part);
  }

  private static String signal(String name) {
    var names = RecordedCase.SIGNALS.stream().map(Signal::name).collect(Collectors.joining(", "));
    if (RecordedCase.SIGNALS.stream().noneMatch(signal -> signal.name().equals(name))) {
      throw new IllegalArgumentException("no signal " + name + "; there are " + names);
    }
    return name;
  }

  private static double number(String option, String text) {
    try {
      return Double.parseDouble(text);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(option + " takes a number, not " + text, e);
    }
  }

  private void addFiles(String argument) throws IOException {
    try {
      var path = Path.of(argument);
      if (!Files.isDirectory(path)) {
        files.add(path);
        return;
      }
      try (var inside = Files.list(path)) {
        inside.filter(file -> file.toString().endsWith(".json")).sorted().forEach(files::add);
      }
    } catch (InvalidPathException e) {
      throw new IllegalArgumentException("no path: " + argument, e);
    }
  }
}
