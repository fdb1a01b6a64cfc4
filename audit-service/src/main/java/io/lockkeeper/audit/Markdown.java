package io.lockkeeper.audit;

import io.lockkeeper.audit.DeploymentLog.Step;
import io.lockkeeper.events.AuditEvent;
import io.lockkeeper.runbook.ReleaseRequest.Artifact;
import io.lockkeeper.runbook.RunbookLine;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// The deployment log as a document for a terminal and for a change record. All times are UTC.
public final class Markdown {

  private static final int DATE_LENGTH = "yyyy-MM-dd".length();

  private final StringBuilder text = new StringBuilder();

  private Markdown() {}

  /// The document.
  public static String of(DeploymentLog log) {
    Markdown document = new Markdown();
    document.head(log.overview());
    document.steps(log.steps());
    document.coverage(log.coverage());
    document.notes(log.notes());
    return document.text.toString();
  }

  private void head(Overview release) {
    line(
        "# "
            + (release.service() == null
                ? "Release " + release.release()
                : escaped(
                    Words.subject(
                        release.service(), release.version(), "in", release.environment())))
            + ": "
            + (release.outcome() == null ? release.phase() : release.outcome()));
    blank();
    item("Release", release.release().value());
    item("Artifact", artifact(release.artifact()));
    item("Requested by", release.requester());
    item("Runbook", release.runbook());
    item("Digest", release.digest() == null ? null : release.digest().value());
    item(
        "Outcome",
        release.outcome() == null
            ? null
            : release.outcome() + (release.reason() == null ? "" : ": " + release.reason()));
    item("Waits for", waitsFor(release.waitsFor()));
    item("Requested", time(release.requested()));
    item("Started", release.started() == null ? null : time(release.started()));
    item("Settled", settled(release));
    item("Log", log(release));
    blank();
  }

  private static @Nullable String artifact(@Nullable Artifact artifact) {
    return artifact == null ? null : artifact.purl() + " " + artifact.digest();
  }

  private static @Nullable String waitsFor(@Nullable Waiting waiting) {
    if (waiting == null) {
      return null;
    }
    return waiting.what()
        + " ("
        + waiting.who()
        + ")"
        + (waiting.until() == null ? "" : ", until " + time(waiting.until()));
  }

  private static @Nullable String settled(Overview release) {
    if (release.settled() == null) {
      return null;
    }
    return time(release.settled())
        + (release.started() == null
            ? ""
            : ", "
                + Words.length(Duration.between(release.started(), release.settled()))
                + " after the start");
  }

  private static String log(Overview release) {
    return Words.count(release.facts(), "fact")
        + (release.closed() != null
            ? ", closed " + time(release.closed())
            : release.phase().equals(Phase.REFUSED.words()) ? "" : ", open");
  }

  private void steps(List<Step> steps) {
    line("## Steps");
    String day = "";
    for (Step step : steps) {
      String time = Words.time(step.entry().time());
      if (!time.startsWith(day) || day.isEmpty()) {
        day = time.substring(0, DATE_LENGTH);
        blank();
        line("### " + day + " (UTC)");
        blank();
      }
      step(step, time.substring(DATE_LENGTH + 1));
    }
    blank();
  }

  private void step(Step step, String time) {
    LogEntry entry = step.entry();
    String lines = entry.lines().stream().map(RunbookLine::name).collect(Collectors.joining(", "));
    line(
        "- `"
            + time
            + "` "
            + mark(entry.severity())
            + (lines.isEmpty() ? "" : "**" + lines + "** ")
            + escaped(entry.title()));
    line(
        "  by "
            + escaped(entry.who().toString())
            + (step.because() == null ? "" : ", because: " + escaped(shortened(step.because()))));
  }

  private static String mark(LogEntry.Severity severity) {
    return switch (severity) {
      case ROUTINE, MILESTONE -> "";
      case ATTENTION -> "(!) ";
      case TROUBLE -> "(!!) ";
    };
  }

  private static String shortened(String because) {
    int length = 80;
    return because.length() <= length ? because : because.substring(0, length - 1) + "…";
  }

  private void coverage(List<AuditEvent.Line> coverage) {
    if (coverage.isEmpty()) {
      return;
    }
    List<List<String>> rows = new ArrayList<>();
    rows.add(List.of("Line", "Asks for", "Came to", "Why"));
    rows.add(List.of("---", "---", "---", "---"));
    coverage.forEach(
        line ->
            rows.add(
                List.of(
                    line.line().name(),
                    line.line().title(),
                    line.coverage().name().replace('_', ' '),
                    escaped(line.reason()))));
    line("## Runbook coverage");
    blank();
    int[] widths = new int[3];
    rows.forEach(
        row -> {
          for (int column = 0; column < widths.length; column++) {
            widths[column] = Math.max(widths[column], row.get(column).length());
          }
        });
    rows.forEach(row -> row(row, widths));
    blank();
  }

  private void row(List<String> row, int[] widths) {
    StringBuilder cells = new StringBuilder("|");
    for (int column = 0; column < row.size(); column++) {
      String cell = row.get(column);
      int width = column < widths.length ? widths[column] : 0;
      cells
          .append(' ')
          .append(cell)
          .append(" ".repeat(Math.max(0, width - cell.length())))
          .append(" |");
    }
    line(cells.toString());
  }

  private void notes(List<String> notes) {
    if (notes.isEmpty()) {
      return;
    }
    line("## Notes on deliveries");
    blank();
    notes.forEach(note -> line("- " + escaped(note)));
    blank();
  }

  private void item(String name, @Nullable String value) {
    if (value != null) {
      line("- " + name + ": " + escaped(Words.foreign(value)));
    }
  }

  private void line(String line) {
    text.append(line).append('\n');
  }

  private void blank() {
    text.append('\n');
  }

  private static String time(Instant instant) {
    return Words.time(instant) + " UTC";
  }

  /// Foreign text stays text: no links, no HTML, no table cells.
  private static String escaped(String plain) {
    return plain.replaceAll("[\\\\`*\\[\\]<|]", "\\\\$0");
  }
}
