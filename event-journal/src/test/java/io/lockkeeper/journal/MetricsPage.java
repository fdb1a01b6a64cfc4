package io.lockkeeper.journal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// The published list of our own metrics, a section a service, which says what `/q/metrics` says.
/// To
/// write a section anew after a deliberate change, run the service's own test with
/// `LOCKKEEPER_DOCS=write`
/// in its environment.
public final class MetricsPage {

  static final Path FILE = Golden.docs().resolve("metrics.md");

  private static final Pattern TYPE = Pattern.compile("# TYPE (lockkeeper_\\S+) (\\S+)");
  private static final Pattern HELP = Pattern.compile("# HELP (lockkeeper_\\S+) (.*)");
  private static final Pattern TAG = Pattern.compile("(\\w+)=\"");
  private static final Pattern ROW = Pattern.compile("\\| `(\\w+)` \\| (\\w+) \\|.*");

  private MetricsPage() {}

  /// Checks that a service's section is what the service says of itself.
  ///
  /// @param metrics the answer of `/q/metrics` as plain text
  public static void check(String service, String metrics) throws IOException {
    String section = section(metrics);
    if ("write".equals(System.getenv("LOCKKEEPER_DOCS"))) {
      write(service, section);
    }
    assertThat(sections().get(service)).as("%s in %s", service, FILE).isEqualTo(section);
  }

  /// Every name that a query may use of our own metrics.
  static TreeSet<String> names() throws IOException {
    return sections().values().stream()
        .flatMap(String::lines)
        .map(ROW::matcher)
        .filter(Matcher::matches)
        .flatMap(row -> series(row.group(1), row.group(2)))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static Stream<String> series(String name, String type) {
    return type.equals("histogram") || type.equals("summary")
        ? Stream.of("_bucket", "_count", "_sum").map(name::concat)
        : Stream.of(name);
  }

  private static String section(String metrics) {
    Map<String, String> types = found(TYPE, metrics);
    Map<String, String> helps = found(HELP, metrics);
    List<String> rows = new ArrayList<>(List.of("| metric | type | tags | |", "|---|---|---|---|"));
    types.forEach(
        (name, type) ->
            rows.add(
                "| `%s` | %s | %s | %s |"
                    .formatted(name, type, tags(name, metrics), helps.getOrDefault(name, ""))));
    return String.join("\n", rows);
  }

  private static String tags(String name, String metrics) {
    return metrics
        .lines()
        .filter(line -> line.matches(name + "(_bucket|_count|_sum)?[{ ].*"))
        .flatMap(line -> TAG.matcher(line).results().map(tag -> tag.group(1)))
        .filter(tag -> !tag.equals("le"))
        .distinct()
        .sorted()
        .collect(Collectors.joining(", "));
  }

  private static Map<String, String> found(Pattern pattern, String metrics) {
    Map<String, String> found = new TreeMap<>();
    metrics
        .lines()
        .map(pattern::matcher)
        .filter(Matcher::matches)
        .forEach(line -> found.put(line.group(1), line.group(2).strip()));
    return found;
  }

  private static Map<String, String> sections() throws IOException {
    Map<String, String> sections = new TreeMap<>();
    String[] parts = Files.readString(FILE).split("\n## ");
    for (int i = 1; i < parts.length; i++) {
      String[] part = parts[i].split("\n", 2);
      sections.put(part[0].strip(), part[1].strip());
    }
    return sections;
  }

  private static void write(String service, String section) throws IOException {
    Map<String, String> sections = sections();
    sections.put(service, section);
    String preface = Files.readString(FILE).split("\n## ")[0].strip();
    Files.writeString(
        FILE,
        sections.entrySet().stream()
            .map(each -> "## " + each.getKey() + "\n\n" + each.getValue() + "\n")
            .collect(Collectors.joining("\n", preface + "\n\n", "")));
  }
}
