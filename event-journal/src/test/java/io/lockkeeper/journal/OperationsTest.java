package io.lockkeeper.journal;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/// Alerts, their pages, the dashboard and the metrics speak of the same things.
final class OperationsTest {

  /// What a query may use that is not ours; a system test looks whether the services have it.
  private static final String LAG = "kafka_consumer_fetch_manager_records_lag";

  private static final Pattern METRIC = Pattern.compile("\\b(?:lockkeeper|kafka|up)(?:_\\w+)?\\b");
  private static final Pattern LITERAL = Pattern.compile("\"[^\"]*\"");
  private static final Pattern SECTION = Pattern.compile("(?m)^## (Lockkeeper\\w+)$");
  private static final Pattern LINK = Pattern.compile("\\]\\(#([\\w-]+)\\)");

  private final JsonNode rules = yaml("prometheus-alerts.yaml").at("/groups/0/rules");
  private final JsonNode dashboard = yaml("grafana-dashboard.json");
  private final String pages = Files.readString(Golden.docs().resolve("operations.md"));

  OperationsTest() throws IOException {}

  // JSON is YAML.
  private static JsonNode yaml(String file) throws IOException {
    return new YAMLMapper().readTree(Golden.docs().resolve(file).toFile());
  }

  private static Stream<JsonNode> each(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false);
  }

  private List<String> alerts() {
    return each(rules).map(rule -> rule.get("alert").asText()).toList();
  }

  @Test
  @DisplayName("Every alert has a page that says what it means and what to do, and every page one")
  void pages() {
    assertThat(alerts()).isNotEmpty().doesNotHaveDuplicates();
    String[] parts = pages.split("(?m)^## ");
    List<String> sections =
        SECTION.matcher(pages).results().map(section -> section.group(1)).toList();
    assertThat(sections).containsExactlyElementsOf(alerts());
    assertThat(parts)
        .filteredOn(part -> part.startsWith("Lockkeeper"))
        .allSatisfy(part -> assertThat(part).contains("**Means:**", "**Look at:**", "**Do:**"));
    Set<String> anchors =
        Pattern.compile("(?m)^## (.+)$")
            .matcher(pages)
            .results()
            .map(heading -> heading.group(1).toLowerCase(Locale.ROOT))
            .collect(Collectors.toSet());
    assertThat(LINK.matcher(pages).results().map(link -> link.group(1))).isSubsetOf(anchors);
  }

  @Test
  @DisplayName("Every alert says how bad it is, what is wrong, and where its page is")
  void alertsAreComplete() {
    assertThat(each(rules))
        .allSatisfy(
            rule -> {
              String name = rule.get("alert").asText();
              assertThat(rule.at("/labels/severity").asText()).isIn("critical", "warning");
              assertThat(rule.at("/annotations/summary").asText()).isNotBlank();
              assertThat(rule.at("/annotations/runbook_url").asText())
                  .isEqualTo("docs/operations.md#" + name.toLowerCase(Locale.ROOT));
            });
  }

  @Test
  @DisplayName("Alerts and dashboard ask for nothing that no service says")
  void metricsExist() throws IOException {
    TreeSet<String> known = MetricsPage.names();
    known.addAll(Set.of(LAG, "up"));
    List<String> queries =
        Stream.concat(
                each(rules).map(rule -> rule.get("expr").asText()),
                dashboard.findValuesAsText("expr").stream())
            .toList();
    assertThat(queries).hasSizeGreaterThan(30);
    assertThat(queries).allSatisfy(query -> assertThat(names(query)).isNotEmpty());
    assertThat(queries.stream().flatMap(query -> names(query).stream())).isSubsetOf(known);
  }

  private static List<String> names(String query) {
    return METRIC
        .matcher(LITERAL.matcher(query).replaceAll(""))
        .results()
        .map(MatchResult::group)
        .toList();
  }
}
