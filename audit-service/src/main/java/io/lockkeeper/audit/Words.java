package io.lockkeeper.audit;

import io.lockkeeper.events.MonitorEvent.Measure;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Numbers and times as the deployment log shows them.
final class Words {

  /// The longest foreign text within a sentence, in characters; the whole of it stands in the
  /// fact.
  private static final int FOREIGN = 600;

  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss.SSS").withZone(ZoneOffset.UTC);

  private Words() {}

  /// `demo/shop 2.0.0 to production`, of which only the service must be there.
  static String subject(
      String service, @Nullable String version, String preposition, @Nullable String environment) {
    return foreign(
        service
            + (version == null ? "" : " " + version)
            + (environment == null ? "" : " " + preposition + " " + environment));
  }

  /// UTC, to the millisecond, without a zone.
  static String time(Instant instant) {
    return TIME.format(instant);
  }

  /// `1 h 5 min`, `40 s`; below one second in milliseconds.
  static String length(Duration duration) {
    if (duration.isNegative() || duration.compareTo(Duration.ofSeconds(1)) < 0) {
      return duration.toMillis() + " ms";
    }
    StringBuilder words = new StringBuilder();
    append(words, duration.toDays(), "d");
    append(words, duration.toHoursPart(), "h");
    append(words, duration.toMinutesPart(), "min");
    append(words, duration.toSecondsPart(), "s");
    return words.toString();
  }

  private static void append(StringBuilder words, long count, String unit) {
    if (count > 0) {
      words.append(words.isEmpty() ? "" : " ").append(count).append(' ').append(unit);
    }
  }

  /// All signals in numbers, separated by semicolons.
  static String measures(List<Measure> measures) {
    return measures.stream().map(Words::measure).collect(Collectors.joining("; "));
  }

  /// The signals of a baseline in numbers, which stand where what is compared with stands: `errors
  /// 0.2 % (1200 samples)`.
  static String baseline(List<Measure> measures) {
    return measures.stream()
        .map(
            it ->
                it.candidate() == null
                    ? "%s %s (%d samples)"
                        .formatted(
                            foreign(it.signal()), value(it.control(), it.unit()), it.samples())
                    : measure(it))
        .collect(Collectors.joining("; "));
  }

  /// One signal in numbers: `errors 2.1 % (control 0.2 %, 1200 samples)`.
  static String measure(Measure measure) {
    String control =
        measure.control() == null
            ? ""
            : "control " + value(measure.control(), measure.unit()) + ", ";
    return foreign(measure.signal())
        + " "
        + value(measure.candidate(), measure.unit())
        + " ("
        + control
        + measure.samples()
        + " samples)";
  }

  private static String value(@Nullable Double value, String unit) {
    if (value == null) {
      return "without data";
    }
    return switch (unit) {
      case "fraction" -> number(value * 100) + " %";
      case "s" -> Math.abs(value) < 1 ? number(value * 1000) + " ms" : number(value) + " s";
      case "bytes" -> number(value / (1 << 20)) + " MiB";
      default -> number(value) + " " + foreign(unit);
    };
  }

  /// At most three decimals, and none that say nothing; larger numbers need none.
  private static String number(double value) {
    if (!Double.isFinite(value)) {
      return Double.toString(value);
    }
    String digits = String.format(Locale.ROOT, Math.abs(value) >= 100 ? "%.0f" : "%.3f", value);
    return digits.contains(".") ? digits.replaceFirst("0+$", "").replaceFirst("\\.$", "") : digits;
  }

  /// `1 fact`, `3 facts`.
  static String count(long count, String noun) {
    return count + " " + noun + (count == 1 ? "" : "s");
  }

  /// Text that others wrote, on one line and of bounded length, so that no fact can shape the
  /// log.
  static String foreign(String text) {
    String line = text.replaceAll("\\p{Cntrl}+", " ").strip();
    return line.length() <= FOREIGN ? line : line.substring(0, FOREIGN - 1) + "…";
  }
}
