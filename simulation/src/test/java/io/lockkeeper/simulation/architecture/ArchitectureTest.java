package io.lockkeeper.simulation.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The structure of design, held against the code. Every rule must also find what is planted for
/// it.
class ArchitectureTest {

  private static final String PLANTED = "io.lockkeeper.simulation.architecture.planted";

  private static final List<String> SERVICES =
      List.of("gate", "rollout", "monitor", "audit", "notification");

  /// Whom each service listens to; a service names every event of these groups.
  private static final Map<String, List<String>> LISTENS_TO =
      Map.of(
          "gate", List.of("ROLLOUT", "MONITOR"),
          "rollout", List.of("GATE", "MONITOR", "NOTIFICATION"),
          "monitor", List.of("GATE", "ROLLOUT"),
          "audit", List.of("GATE", "ROLLOUT", "MONITOR", "NOTIFICATION"),
          "notification", List.of("GATE", "ROLLOUT", "MONITOR", "AUDIT"));

  private static final JavaClasses PRODUCT =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .withImportOption(location -> !location.contains("-tests.jar"))
          .withImportOption(location -> !location.contains("/simulation/"))
          .importPackages("io.lockkeeper");

  private static final JavaClasses FAULTS = new ClassFileImporter().importPackages(PLANTED);

  @Test
  @DisplayName("The contract is plain Java")
  void contract() {
    Rules.contractIsPlainJava("io.lockkeeper.events..", "io.lockkeeper.runbook..").check(PRODUCT);
    finds(Rules.contractIsPlainJava(PLANTED), "Neighbour");
  }

  @ParameterizedTest
  @ValueSource(strings = {"gate", "rollout", "monitor", "audit", "notification"})
  @DisplayName("Decisions are pure: the contract alone, no adapter, no clock, no dice, no I/O")
  void decisions(String service) {
    String decision = "io.lockkeeper." + service;
    Rules.decisionsUseTheContractAlone(decision).check(PRODUCT);
    Rules.decisionsKnowNoAdapter(decision).check(PRODUCT);
    Rules.decisionsReadNoClockAndRollNoDice(decision).check(PRODUCT);
    Rules.decisionsDoNoInputOrOutput(decision).check(PRODUCT);
  }

  @Test
  @DisplayName("Impure decisions are found")
  void plantedDecisions() {
    finds(Rules.decisionsUseTheContractAlone(PLANTED), "Neighbour");
    finds(Rules.decisionsKnowNoAdapter(PLANTED), "AdapterCaller");
    finds(Rules.decisionsReadNoClockAndRollNoDice(PLANTED), "ClockReader");
    finds(Rules.decisionsReadNoClockAndRollNoDice(PLANTED), "DiceRoller");
    finds(Rules.decisionsDoNoInputOrOutput(PLANTED), "FileReader");
  }

  @Test
  @DisplayName("Services know the contract and not each other")
  void services() {
    for (String service : SERVICES) {
      String[] others =
          Stream.concat(
                  SERVICES.stream()
                      .filter(other -> !other.equals(service))
                      .map(other -> "io.lockkeeper." + other + ".."),
                  Stream.of("io.lockkeeper.quickstart.."))
              .toArray(String[]::new);
      Rules.servicesKnowNoOther("io.lockkeeper." + service, others).check(PRODUCT);
    }
    finds(Rules.servicesKnowNoOther(PLANTED, "io.lockkeeper.rollout.."), "Neighbour");
  }

  @Test
  @DisplayName("The journal knows not one event")
  void journal() {
    Rules.journalKnowsNoEvent("io.lockkeeper.journal").check(PRODUCT);
    finds(Rules.journalKnowsNoEvent(PLANTED), "Neighbour");
  }

  @Test
  @DisplayName("Nobody sends through an emitter")
  void emitters() {
    Rules.nobodySendsThroughAnEmitter("io.lockkeeper..").check(PRODUCT);
    finds(Rules.nobodySendsThroughAnEmitter(PLANTED), "EmitterUser");
  }

  @Test
  @DisplayName("Names say something")
  void names() {
    Rules.namesSaySomething("io.lockkeeper..").check(PRODUCT);
    finds(Rules.namesSaySomething(PLANTED + ".."), "ReleaseManager");
  }

  @Test
  @DisplayName("No circles between modules, and none between a service's decisions and its adapter")
  void circles() {
    Rules.noCircles("io.lockkeeper.(*)..").check(PRODUCT);
    for (String service : SERVICES) {
      Rules.noCirclesWithin("io.lockkeeper." + service).check(PRODUCT);
    }
    assertThat(
            Rules.noCirclesWithin("io.lockkeeper.simulation.architecture")
                .evaluate(FAULTS)
                .hasViolation())
        .isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"gate", "rollout", "monitor", "audit", "notification"})
  @DisplayName("A service keeps the facts of exactly those it listens to")
  void listening(String service) throws IOException {
    String owner =
        source(service, "adapter")
            .filter(text -> text.contains("new JournalOwner("))
            .findFirst()
            .orElseThrow();
    assertThat(listened(owner)).containsExactlyInAnyOrderElementsOf(LISTENS_TO.get(service));
    assertThat(listened("new JournalOwner(Writer.GATE, Set.of(Writer.AUDIT), reaction"))
        .containsExactly("AUDIT");
  }

  @ParameterizedTest
  @ValueSource(strings = {"gate", "rollout", "monitor", "audit", "notification"})
  @DisplayName("No decision waves events through with a default")
  void noDefaultOverEvents(String service) throws IOException {
    assertThat(source(service, "").filter(ArchitectureTest::defaultsOverEvents)).isEmpty();
    assertThat(
            defaultsOverEvents(
                "switch (e) { case RolloutEvent.StageStarted _ -> {} default -> {} }"))
        .isTrue();
  }

  private static List<String> listened(String owner) {
    Matcher owners =
        Pattern.compile("new JournalOwner\\(\\s*Writer\\.(\\w+),\\s*Set\\.of\\(([^)]*)\\)")
            .matcher(owner);
    assertThat(owners.find()).as("the owner in %s", owner).isTrue();
    return Pattern.compile("Writer\\.(\\w+)")
        .matcher(owners.group(2))
        .results()
        .map(found -> found.group(1))
        .toList();
  }

  /// Whether a switch that names an event also has a default.
  private static boolean defaultsOverEvents(String text) {
    Matcher switches = Pattern.compile("switch \\(").matcher(text);
    while (switches.find()) {
      String body = body(text, switches.start());
      boolean overEvents =
          Pattern.compile("case (Gate|Rollout|Monitor|Audit|Notification)Event")
              .matcher(body)
              .find();
      if (overEvents && body.contains("default ->")) {
        return true;
      }
    }
    return false;
  }

  private static String body(String text, int from) {
    int open = text.indexOf('{', from);
    int depth = 0;
    for (int i = open; i >= 0 && i < text.length(); i++) {
      depth += text.charAt(i) == '{' ? 1 : text.charAt(i) == '}' ? -1 : 0;
      if (depth == 0) {
        return text.substring(open, i);
      }
    }
    return "";
  }

  private static Stream<String> source(String service, String subpackage) throws IOException {
    Path folder =
        Path.of(System.getenv("LOCKKEEPER_HOME"))
            .resolve(service + "-service/src/main/java/io/lockkeeper/" + service)
            .resolve(subpackage);
    try (Stream<Path> files = Files.walk(folder)) {
      List<Path> found = files.filter(file -> file.toString().endsWith(".java")).toList();
      assertThat(found).as("sources in %s", folder).isNotEmpty();
      Stream.Builder<String> texts = Stream.builder();
      for (Path file : found) {
        texts.add(Files.readString(file));
      }
      return texts.build();
    }
  }

  private static void finds(ArchRule rule, String planted) {
    assertThat(rule.evaluate(FAULTS).getFailureReport().toString())
        .as("%s finds %s", rule.getDescription(), planted)
        .contains(planted);
  }
}
