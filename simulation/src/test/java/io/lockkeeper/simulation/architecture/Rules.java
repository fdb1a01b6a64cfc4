package io.lockkeeper.simulation.architecture;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import io.lockkeeper.events.ReleaseEvent;
import io.lockkeeper.events.Unrecognised;
import java.util.Set;
import java.util.stream.Stream;

/// The rules, each over the packages it is asked about, so that the same rule judges the product
/// and the planted.
final class Rules {

  private static final String[] CONTRACT = {"io.lockkeeper.events..", "io.lockkeeper.runbook.."};

  private static final Set<String> HIDDEN_INPUTS =
      Set.of(
          "java.time.Instant.now",
          "java.time.LocalDate.now",
          "java.time.LocalDateTime.now",
          "java.time.ZonedDateTime.now",
          "java.time.OffsetDateTime.now",
          "java.lang.System.currentTimeMillis",
          "java.lang.System.nanoTime",
          "java.lang.System.getenv",
          "java.lang.System.getProperty",
          "java.util.UUID.randomUUID",
          "java.lang.Math.random",
          "java.lang.Thread.sleep");

  private static final String[] REFUSED_NAMES = {
    "Manager", "Helper", "Util", "Utils", "Processor", "Data", "Info", "Dto", "Impl", "Base", "Core"
  };

  private Rules() {}

  static ArchRule contractIsPlainJava(String... packages) {
    return classes()
        .that()
        .resideInAnyPackage(packages)
        .should()
        .onlyDependOnClassesThat(
            resideInAnyPackage("java..", "org.jspecify..").or(resideInAnyPackage(CONTRACT)))
        .because("decisions, the simulation and outside consumers use it without a framework");
  }

  static ArchRule decisionsUseTheContractAlone(String decision) {
    return noClasses()
        .that(areDecisionsOf(decision))
        .should()
        .dependOnClassesThat(
            DescribedPredicate.not(
                resideInAnyPackage("java..", "org.jspecify..", decision + "..")
                    .or(resideInAnyPackage(CONTRACT))))
        .because("a decision is a pure function of facts");
  }

  static ArchRule decisionsKnowNoAdapter(String decision) {
    return noClasses()
        .that(areDecisionsOf(decision))
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("..adapter..")
        .because("the edge knows the decision, never the other way round");
  }

  static ArchRule decisionsReadNoClockAndRollNoDice(String decision) {
    return noClasses()
        .that(areDecisionsOf(decision))
        .should()
        .accessTargetWhere(isHiddenInput())
        .because("now is an argument, and ids are given when facts are appended");
  }

  static ArchRule decisionsDoNoInputOrOutput(String decision) {
    return noClasses()
        .that(areDecisionsOf(decision))
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "java.nio.file..",
            "java.net.http..",
            "java.sql..",
            "javax.sql..",
            "java.util.logging..")
        .because("effects follow state, in adapters");
  }

  static ArchRule servicesKnowNoOther(String service, String... others) {
    return noClasses()
        .that()
        .resideInAPackage(service + "..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(others)
        .because("services know the contract, not each other");
  }

  static ArchRule journalKnowsNoEvent(String journal) {
    return noClasses()
        .that()
        .resideInAPackage(journal + "..")
        .should()
        .dependOnClassesThat(areEvents())
        .because("the journal knows the envelope and the release id, and not one event type");
  }

  static ArchRule nobodySendsThroughAnEmitter(String packages) {
    return noClasses()
        .that()
        .resideInAPackage(packages)
        .should()
        .dependOnClassesThat()
        .haveFullyQualifiedName("org.eclipse.microprofile.reactive.messaging.Emitter")
        .because("a fact is sent by the relay, after its transaction");
  }

  static ArchRule namesSaySomething(String packages) {
    return classes()
        .that()
        .resideInAPackage(packages)
        .should()
        .haveNameNotMatching(
            ".*(" + String.join("|", REFUSED_NAMES) + ")|.*[.$](Abstract|Common)[A-Z].*")
        .because("names come from the field's vocabulary");
  }

  static ArchRule noCircles(String slices) {
    return slices().matching(slices).should().beFreeOfCycles();
  }

  /// Each package is a part of its own, the topmost too, which a pattern leaves out.
  static ArchRule noCirclesWithin(String root) {
    return slices()
        .assignedFrom(
            new SliceAssignment() {
              @Override
              public SliceIdentifier getIdentifierOf(JavaClass type) {
                String name = type.getPackageName();
                return name.equals(root) || name.startsWith(root + ".")
                    ? SliceIdentifier.of(name)
                    : SliceIdentifier.ignore();
              }

              @Override
              public String getDescription() {
                return "the packages of " + root;
              }
            })
        .should()
        .beFreeOfCycles();
  }

  private static DescribedPredicate<JavaClass> areDecisionsOf(String decision) {
    return resideInAnyPackage(decision + "..")
        .and(DescribedPredicate.not(resideInAnyPackage("..adapter..")))
        .as("are decisions in " + decision);
  }

  private static DescribedPredicate<JavaAccess<?>> isHiddenInput() {
    return DescribedPredicate.describe(
        "reads a clock, an environment or dice",
        access ->
            HIDDEN_INPUTS.contains(access.getTargetOwner().getName() + "." + access.getName())
                || Stream.of("java.util.Random", "java.util.concurrent.ThreadLocalRandom")
                    .anyMatch(access.getTargetOwner().getName()::equals));
  }

  private static DescribedPredicate<JavaClass> areEvents() {
    return DescribedPredicate.describe(
        "are events",
        type ->
            type.isAssignableTo(ReleaseEvent.class)
                && !type.isEquivalentTo(ReleaseEvent.class)
                && !type.isEquivalentTo(Unrecognised.class));
  }
}
