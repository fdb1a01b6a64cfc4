package io.lockkeeper.gate.adapter;

import com.fasterxml.jackson.databind.JsonNode;
import io.lockkeeper.runbook.Runbook.Slo;
import java.math.BigDecimal;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.time.LocalDateTime;
import java.time.Period;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.time.format.ResolverStyle;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Reads objectives from OpenSLO v1 documents (`openslo/v1`). Runbook D4.
///
/// Read is what can be carried out soundly: an `SLO` of a rolling or calendar window with the
/// budgeting method `Occurrences`, on the ratio of counted events that a Prometheus answers.
/// Whatever else a document says is refused with the reason, since a promise that is half
/// understood would be kept by halves.
final class OpenSloReader {

  private static final String API_VERSION = "openslo/v1";
  private static final Pattern DURATION = Pattern.compile("([1-9][0-9]{0,4})([mhdwMQY])");
  private static final Pattern NAME = Pattern.compile("[a-z0-9]([a-z0-9.-]{0,61}[a-z0-9])?");
  private static final DateTimeFormatter START =
      DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss").withResolverStyle(ResolverStyle.STRICT);
  private static final Duration SHORTEST = Duration.ofHours(1);
  private static final Duration LONGEST = Duration.ofDays(366);
  private static final BigDecimal PERCENT = BigDecimal.valueOf(100);

  private static final Map<String, String> REFUSED_KINDS =
      Map.of(
          "AlertPolicy", "alerts are the alerting system's; keep them in another file",
          "AlertCondition", "alerts are the alerting system's; keep them in another file",
          "AlertNotificationTarget", "alerts are the alerting system's; keep them in another file");

  private static final Map<String, String> REFUSED =
      Map.ofEntries(
          Map.entry(
              "alertPolicies",
              "alerts are the alerting system's; burn rates that halt a release are Lockkeeper's own"),
          Map.entry("thresholdMetric", "only ratioMetric is read: a budget is counted in events"),
          Map.entry(
              "raw", "only good or bad and total are read: a ready ratio has no number of events"),
          Map.entry(
              "rawType",
              "only good or bad and total are read: a ready ratio has no number of events"),
          Map.entry("timeSliceTarget", "only the budgeting method Occurrences is read"),
          Map.entry("timeSliceWindow", "only the budgeting method Occurrences is read"),
          Map.entry("compositeWeight", "composite objectives are not read"),
          Map.entry("op", "belongs to thresholdMetric, which is not read"),
          Map.entry("value", "belongs to thresholdMetric, which is not read"),
          Map.entry("calendar", "a window that rolls begins at no time of the calendar"));

  private final List<OpenSloDocument> documents;
  private final List<OpenSloDocument> known;
  private final @Nullable URI prometheus;
  private final List<RunbookFault> faults;

  /// A reader of these documents.
  ///
  /// @param folder     where an `SLI` or `DataSource` may be that they refer to
  /// @param prometheus the source of indicators that name none; null when each has to
  /// @param faults     takes what is wrong
  OpenSloReader(
      List<OpenSloDocument> documents,
      OpenSloFolder folder,
      @Nullable URI prometheus,
      List<RunbookFault> faults) {
    this.documents = documents;
    this.prometheus = prometheus;
    this.faults = faults;
    this.known = new ArrayList<>(folder.all(faults));
    documents.stream().filter(one -> !known.contains(one)).forEach(known::add);
  }

  /// The objectives of all documents, in their order.
  List<Slo> slos() {
    List<Slo> slos = new ArrayList<>();
    for (OpenSloDocument document : documents) {
      if (isReadable(document) && document.kind().equals("SLO")) {
        slos.addAll(slos(document));
      }
    }
    if (slos.isEmpty() && faults.isEmpty() && !documents.isEmpty()) {
      faults.add(documents.getFirst().fault("", "there is no SLO in what the runbook names"));
    }
    return slos;
  }

  private boolean isReadable(OpenSloDocument document) {
    int before = faults.size();
    if (!document.value().isObject()) {
      fault(document, "", "is not an OpenSLO document");
      return false;
    }
    if (!document.value().path("apiVersion").asText().equals(API_VERSION)) {
      fault(document, "/apiVersion", "only " + API_VERSION + " is read");
      return false;
    }
    switch (document.kind()) {
      case "SLO", "SLI", "DataSource", "Service" -> {
        only(document, "", Set.of("apiVersion", "kind", "metadata", "spec"));
        only(document, "/metadata", Set.of("name", "displayName", "labels", "annotations"));
        if (!NAME.matcher(document.name()).matches()) {
          fault(
              document,
              "/metadata/name",
              "is not a name of up to 63 small letters, digits, - and .");
        }
      }
      default ->
          fault(
              document,
              "/kind",
              document.kind()
                  + " is not read: "
                  + REFUSED_KINDS.getOrDefault(
                      document.kind(), "there are SLO, SLI, DataSource and Service"));
    }
    return faults.size() == before;
  }

  private List<Slo> slos(OpenSloDocument document) {
    int before = faults.size();
    only(
        document,
        "/spec",
        Set.of(
            "description",
            "service",
            "indicator",
            "indicatorRef",
            "timeWindow",
            "budgetingMethod",
            "objectives"));
    String service = text(document, "/spec/service");
    Window window = window(document);
    if (!at(document, "/spec/budgetingMethod").asText().equals("Occurrences")) {
      fault(
          document, "/spec/budgetingMethod", "only Occurrences is read: good events of all events");
    }
    Ratio ratio = ratio(document);
    List<Slo> slos = new ArrayList<>();
    JsonNode objectives = at(document, "/spec/objectives");
    if (!objectives.isArray() || objectives.isEmpty()) {
      fault(document, "/spec/objectives", "at least one is needed");
    }
    for (int i = 0; i < objectives.size(); i++) {
      String at = "/spec/objectives/" + i;
      only(document, at, Set.of("displayName", "target", "targetPercent"));
      BigDecimal target = target(document, at);
      if (target != null && ratio != null && window != null && faults.size() == before) {
        String name =
            objectives.size() == 1
                ? document.name()
                : document.name()
                    + " "
                    + target.multiply(PERCENT).stripTrailingZeros().toPlainString()
                    + " %";
        slos.add(
            new Slo(
                name,
                service,
                ratio.source(),
                ratio.counts(),
                ratio.some().text(),
                ratio.total().text(),
                ratio.some().perSecond(),
                target.doubleValue(),
                window.length(),
                window.calendar()));
      }
    }
    return slos;
  }

  private @Nullable BigDecimal target(OpenSloDocument document, String at) {
    JsonNode target = at(document, at + "/target");
    JsonNode percent = at(document, at + "/targetPercent");
    if (target.isMissingNode() == percent.isMissingNode()) {
      fault(document, at, "exactly one of target and targetPercent is needed");
      return null;
    }
    JsonNode given = target.isMissingNode() ? percent : target;
    String where = at + (target.isMissingNode() ? "/targetPercent" : "/target");
    if (!given.isNumber()) {
      fault(document, where, "is not a number");
      return null;
    }
    BigDecimal share =
        target.isMissingNode() ? given.decimalValue().divide(PERCENT) : given.decimalValue();
    if (share.signum() < 0 || share.compareTo(BigDecimal.ONE) >= 0) {
      fault(
          document,
          where,
          given.asText() + " is not at least 0 and less than all; all good leaves no budget");
      return null;
    }
    return share;
  }

  /// A time window.
  ///
  /// @param length   of a calendar window about how long a period is
  /// @param calendar null for a rolling window
  private record Window(Duration length, Slo.@Nullable Calendar calendar) {}

  private @Nullable Window window(OpenSloDocument document) {
    JsonNode windows = at(document, "/spec/timeWindow");
    if (!windows.isArray() || windows.size() != 1) {
      fault(document, "/spec/timeWindow", "exactly one is needed");
      return null;
    }
    String at = "/spec/timeWindow/0";
    JsonNode rolling = at(document, at + "/isRolling");
    boolean hasCalendar = at(document, at + "/calendar").isObject();
    if (!rolling.isMissingNode() && !rolling.isBoolean()) {
      fault(document, at + "/isRolling", "is neither true nor false");
      return null;
    }
    if (!rolling.asBoolean(false) && !hasCalendar) {
      fault(
          document,
          at,
          "isRolling: true is needed, or a calendar with startTime and timeZone, which says when it begins");
      return null;
    }
    String given = at(document, at + "/duration").asText();
    Matcher parts = DURATION.matcher(given);
    if (!parts.matches()) {
      fault(
          document,
          at + "/duration",
          "'" + given + "' is not a number with m, h, d, w, M, Q or Y, such as 28d");
      return null;
    }
    int count = Integer.parseInt(parts.group(1));
    return rolling.asBoolean(false)
        ? rolling(document, at, count, parts.group(2))
        : calendar(document, at, count, parts.group(2));
  }

  private @Nullable Window rolling(OpenSloDocument document, String at, long count, String unit) {
    only(document, at, Set.of("duration", "isRolling"));
    Duration length =
        switch (unit) {
          case "m" -> Duration.ofMinutes(count);
          case "h" -> Duration.ofHours(count);
          case "d" -> Duration.ofDays(count);
          case "w" -> Duration.ofDays(7 * count);
          default -> Duration.ZERO;
        };
    if (length.isZero()) {
      return refused(
          document,
          at + "/duration",
          count + unit + " has no fixed length, so it cannot roll; say days, or a calendar");
    }
    return length.compareTo(SHORTEST) < 0 || length.compareTo(LONGEST) > 0
        ? refused(document, at + "/duration", count + unit + " is not between 1h and 366d")
        : new Window(length, null);
  }

  private @Nullable Window calendar(OpenSloDocument document, String at, int count, String unit) {
    only(document, at, Set.of("duration", "isRolling", "calendar"));
    only(document, at + "/calendar", Set.of("startTime", "timeZone"));
    Period period =
        switch (unit) {
          case "d" -> Period.ofDays(count);
          case "w" -> Period.ofWeeks(count);
          case "M" -> Period.ofMonths(count);
          case "Q" -> Period.ofMonths(3 * count);
          case "Y" -> Period.ofYears(count);
          default -> Period.ZERO;
        };
    if (period.isZero()) {
      return refused(
          document,
          at + "/duration",
          count + unit + " is no calendar's; there are d, w, M, Q and Y");
    }
    int days =
        switch (unit) {
          case "w" -> 7;
          case "M" -> 30;
          case "Q" -> 91;
          case "Y" -> 365;
          default -> 1;
        };
    Duration about = Duration.ofDays((long) days * count);
    if (about.compareTo(LONGEST) > 0) {
      return refused(document, at + "/duration", count + unit + " is longer than a year");
    }
    LocalDateTime start = start(document, at + "/calendar/startTime");
    ZoneId zone = zone(document, at + "/calendar/timeZone");
    return start == null || zone == null
        ? null
        : new Window(about, new Slo.Calendar(start, zone, period));
  }

  private @Nullable LocalDateTime start(OpenSloDocument document, String at) {
    String given = at(document, at).asText();
    try {
      return LocalDateTime.parse(given, START);
    } catch (DateTimeParseException e) {
      fault(document, at, "'" + given + "' is not a time such as 2026-01-31 00:00:00");
      return null;
    }
  }

  private @Nullable ZoneId zone(OpenSloDocument document, String at) {
    String given = at(document, at).asText();
    if (!ZoneId.getAvailableZoneIds().contains(given)) {
      fault(
          document, at, "'" + given + "' is not a time zone's name, such as Europe/Berlin or UTC");
      return null;
    }
    return ZoneId.of(given);
  }

  private @Nullable Window refused(OpenSloDocument document, String at, String reason) {
    fault(document, at, reason);
    return null;
  }

  /// An indicator.
  private record Ratio(URI source, Slo.Counts counts, EventQuery some, EventQuery total) {}

  private @Nullable Ratio ratio(OpenSloDocument document) {
    JsonNode inline = at(document, "/spec/indicator");
    JsonNode reference = at(document, "/spec/indicatorRef");
    if (inline.isMissingNode() == reference.isMissingNode()) {
      fault(document, "/spec", "exactly one of indicator and indicatorRef is needed");
      return null;
    }
    if (!inline.isMissingNode()) {
      only(document, "/spec/indicator", Set.of("metadata", "spec"));
      return ratio(document, "/spec/indicator/spec");
    }
    OpenSloDocument indicator = find("SLI", document, "/spec/indicatorRef", reference.asText());
    return indicator == null ? null : ratio(indicator, "/spec");
  }

  private @Nullable Ratio ratio(OpenSloDocument document, String spec) {
    only(document, spec, Set.of("description", "ratioMetric"));
    String at = spec + "/ratioMetric";
    if (!at(document, at).isObject()) {
      fault(document, at, "is needed");
      return null;
    }
    only(document, at, Set.of("counter", "good", "bad", "total"));
    boolean hasGood = at(document, at + "/good").isObject();
    if (hasGood == at(document, at + "/bad").isObject()) {
      fault(document, at, "exactly one of good and bad is needed");
      return null;
    }
    JsonNode counter = at(document, at + "/counter");
    if (!counter.isBoolean()) {
      fault(document, at + "/counter", "true or false is needed");
      return null;
    }
    Metric some = metric(document, at + (hasGood ? "/good" : "/bad"), counter.asBoolean());
    Metric total = metric(document, at + "/total", counter.asBoolean());
    if (some == null || total == null) {
      return null;
    }
    if (!some.source().equals(total.source())) {
      fault(document, at + "/total", "comes from another source; both have to come from one");
      return null;
    }
    if (some.query().perSecond() != total.query().perSecond()) {
      fault(document, at + "/total", "one is counted per second and the other is not");
      return null;
    }
    return new Ratio(
        some.source(), hasGood ? Slo.Counts.GOOD : Slo.Counts.BAD, some.query(), total.query());
  }

  /// A query and where it is asked.
  private record Metric(URI source, EventQuery query) {}

  private @Nullable Metric metric(OpenSloDocument document, String leaf, boolean counter) {
    String at = leaf + "/metricSource";
    if (!at(document, at).isObject()) {
      fault(document, at, "is needed");
      return null;
    }
    only(document, leaf, Set.of("metricSource"));
    only(document, at, Set.of("metricSourceRef", "type", "spec"));
    only(document, at + "/spec", Set.of("query"));
    URI source = source(document, at);
    try {
      EventQuery query = EventQuery.of(at(document, at + "/spec/query").asText(), counter);
      return source == null ? null : new Metric(source, query);
    } catch (EventQuery.Unsound e) {
      fault(document, at + "/spec/query", Objects.requireNonNull(e.getMessage()));
      return null;
    }
  }

  private @Nullable URI source(OpenSloDocument document, String at) {
    JsonNode type = at(document, at + "/type");
    if (!type.isMissingNode() && !type.asText().equalsIgnoreCase("prometheus")) {
      fault(document, at + "/type", type.asText() + " is not read, only Prometheus");
      return null;
    }
    JsonNode reference = at(document, at + "/metricSourceRef");
    if (reference.isMissingNode()) {
      if (prometheus == null) {
        fault(
            document,
            at,
            "names no data source (metricSourceRef), nor does the runbook (monitoring.budgets.prometheus)");
      }
      return prometheus;
    }
    OpenSloDocument found =
        find("DataSource", document, at + "/metricSourceRef", reference.asText());
    return found == null ? null : url(found);
  }

  private @Nullable URI url(OpenSloDocument source) {
    only(source, "/spec", Set.of("description", "type", "connectionDetails"));
    if (!at(source, "/spec/type").asText().equalsIgnoreCase("prometheus")) {
      fault(source, "/spec/type", "only Prometheus is read");
      return null;
    }
    Iterator<String> details = at(source, "/spec/connectionDetails").fieldNames();
    while (details.hasNext()) {
      String name = details.next();
      if (!name.equals("url")) {
        fault(
            source,
            "/spec/connectionDetails/" + YamlDocument.escaped(name),
            "is not read: accounts are monitor-service's configuration (lockkeeper.telemetry.accounts)");
      }
    }
    String url = at(source, "/spec/connectionDetails/url").asText();
    try {
      URI uri = new URI(url);
      if (Set.of("http", "https").contains(String.valueOf(uri.getScheme()))
          && uri.getHost() != null
          && uri.getUserInfo() == null) {
        return uri;
      }
    } catch (URISyntaxException e) {
      // told below
    }
    fault(
        source,
        "/spec/connectionDetails/url",
        "is not an http or https address without an account");
    return null;
  }

  private @Nullable OpenSloDocument find(
      String kind, OpenSloDocument from, String at, String name) {
    List<OpenSloDocument> found =
        known.stream().filter(one -> one.kind().equals(kind) && one.name().equals(name)).toList();
    if (found.size() != 1) {
      fault(
          from,
          at,
          "there is "
              + (found.isEmpty() ? "no " : "more than one ")
              + kind
              + " named "
              + name
              + " in the OpenSLO files of this folder");
      return null;
    }
    return isReadable(found.getFirst()) ? found.getFirst() : null;
  }

  private String text(OpenSloDocument document, String at) {
    JsonNode text = at(document, at);
    if (!text.isTextual() || text.asText().isBlank() || text.asText().length() > 200) {
      fault(document, at, "is needed, as text of up to 200 characters");
      return "";
    }
    return text.asText();
  }

  /// Refuses whatever is here and not among these names.
  private void only(OpenSloDocument document, String at, Set<String> names) {
    Iterator<String> given = at(document, at).fieldNames();
    while (given.hasNext()) {
      String name = given.next();
      if (!names.contains(name)) {
        fault(
            document,
            at + "/" + YamlDocument.escaped(name),
            "is not read" + (REFUSED.containsKey(name) ? ": " + REFUSED.get(name) : ""));
      }
    }
  }

  private static JsonNode at(OpenSloDocument document, String at) {
    return at.isEmpty() ? document.value() : document.value().at(at);
  }

  private void fault(OpenSloDocument document, String at, String reason) {
    RunbookFault fault = document.fault(at, reason);
    if (!faults.contains(fault)) {
      faults.add(fault);
    }
  }
}
