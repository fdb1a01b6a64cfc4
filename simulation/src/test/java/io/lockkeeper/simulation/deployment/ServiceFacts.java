package io.lockkeeper.simulation.deployment;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaParameter;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import io.lockkeeper.quickstart.local.Layout;
import io.lockkeeper.quickstart.local.Part;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.ConfigMappings;
import io.smallrye.config.ConfigMappings.ConfigClass;
import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/// What the code says of one service, and a deployment must agree with.
///
/// @param port     where it listens when nothing else is said
/// @param database its database, and the role that owns it
/// @param keys     every configuration key that it reads; `*` stands for a name
/// @param required those that have no default
record ServiceFacts(
    String name, int port, String database, Set<String> keys, Set<String> required) {

  /// What the framework reads and no file or class here names.
  private static final Set<String> FRAMEWORK =
      Set.of("quarkus.datasource.password", "mp.jwt.verify.publickey.location");

  /// The address that the defaults name is this machine, which in a container is nobody.
  private static final Set<String> NOT_LOCAL =
      Set.of(
          "quarkus.http.host",
          "quarkus.datasource.jdbc.url",
          "quarkus.datasource.username",
          "kafka.bootstrap.servers");

  private static final List<String> SHARED = List.of("event-journal", "problem-details");

  /// The facts of the five services of this repository.
  static List<ServiceFacts> all(Path home) {
    Layout layout = new Layout(home, home, Layout.BASE_PORT);
    return Part.SERVICES.stream().map(part -> of(home, layout, part)).toList();
  }

  /// The defaults of the modules that every service has in it.
  static Properties shared(Path home) {
    Properties shared = new Properties();
    for (String module : SHARED) {
      shared.putAll(
          properties(
              home.resolve(
                  module + "/src/main/resources/META-INF/microprofile-config.properties")));
    }
    return shared;
  }

  private static ServiceFacts of(Path home, Layout layout, Part part) {
    Properties own =
        properties(home.resolve(part.title() + "/src/main/resources/application.properties"));
    Set<String> keys = new TreeSet<>(FRAMEWORK);
    keys.addAll(own.stringPropertyNames());
    keys.addAll(shared(home).stringPropertyNames());
    keys.removeIf(key -> key.startsWith("%"));
    Set<String> required = new TreeSet<>(FRAMEWORK);
    required.addAll(NOT_LOCAL);
    JavaClasses classes =
        new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .withImportOption(location -> !location.contains("-tests.jar"))
            .importPackages(
                "io.lockkeeper." + part.database(),
                "io.lockkeeper.journal",
                "io.lockkeeper.problem");
    for (JavaClass type : classes) {
      keys.addAll(injected(type));
      if (type.isAnnotatedWith(ConfigMapping.class)) {
        ConfigMappings.getProperties(ConfigClass.configClass(type.reflect()))
            .forEach(
                (key, property) -> {
                  keys.add(key);
                  if (!property.hasDefaultValue() && !property.isOptional() && isOne(key)) {
                    required.add(key);
                  }
                });
      }
    }
    return new ServiceFacts(part.title(), layout.port(part), part.database(), keys, required);
  }

  private static boolean isOne(String key) {
    return !key.contains("*");
  }

  private static List<String> injected(JavaClass type) {
    List<String> keys = new ArrayList<>();
    type.getFields().stream()
        .filter(field -> field.isAnnotatedWith(ConfigProperty.class))
        .forEach(field -> keys.add(field.getAnnotationOfType(ConfigProperty.class).name()));
    type.getCodeUnits().stream()
        .flatMap(unit -> unit.getParameters().stream())
        .filter(parameter -> parameter.isAnnotatedWith(ConfigProperty.class))
        .map(ServiceFacts::name)
        .forEach(keys::add);
    return keys;
  }

  private static String name(JavaParameter parameter) {
    return parameter.getAnnotationOfType(ConfigProperty.class).name();
  }

  /// Whether an environment variable of this name says anything to the service.
  boolean reads(String variable) {
    return keys.stream()
        .anyMatch(key -> variable.matches(variable(key).replace("*", "[A-Z0-9_]+")));
  }

  /// The environment variable of a key, as MicroProfile Config maps them.
  static String variable(String key) {
    return key.replaceAll("[^A-Za-z0-9*]", "_").toUpperCase(Locale.ROOT);
  }

  static Properties properties(Path file) {
    Properties properties = new Properties();
    try (Reader reader = Files.newBufferedReader(file)) {
      properties.load(reader);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return properties;
  }
}
