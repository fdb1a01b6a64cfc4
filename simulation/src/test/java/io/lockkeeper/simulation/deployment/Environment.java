package io.lockkeeper.simulation.deployment;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/// What a service is told by environment variables.
final class Environment {

  private static final Pattern SECRET = Pattern.compile(".*(PASSWORD|SECRET|PRIVATE_KEY)");

  private Environment() {}

  /// What is wrong with these variables of this service.
  static List<String> findings(ServiceFacts service, Map<String, String> variables) {
    List<String> findings = new ArrayList<>();
    for (String variable : variables.keySet()) {
      if (!service.reads(variable)) {
        findings.add(service.name() + " reads nothing from " + variable);
      }
    }
    for (String key : service.required()) {
      String variable = ServiceFacts.variable(key);
      if (!variables.containsKey(variable)) {
        findings.add(service.name() + " is not told " + variable);
      }
    }
    is(findings, service, variables, "QUARKUS_HTTP_HOST", "0.0.0.0");
    is(findings, service, variables, "QUARKUS_HTTP_PORT", String.valueOf(service.port()));
    is(findings, service, variables, "QUARKUS_DATASOURCE_USERNAME", service.database());
    String url = variables.getOrDefault("QUARKUS_DATASOURCE_JDBC_URL", "");
    if (!url.matches("jdbc:postgresql://[^/]+/" + service.database())) {
      findings.add(service.name() + " has no database " + service.database() + ": " + url);
    }
    return findings;
  }

  /// Whether a variable of this name must not stand in a file with its value.
  static boolean isSecret(String variable) {
    return SECRET.matcher(variable).matches();
  }

  private static void is(
      List<String> findings,
      ServiceFacts service,
      Map<String, String> variables,
      String variable,
      String expected) {
    String found = variables.get(variable);
    if (!expected.equals(found)) {
      findings.add("%s: %s is %s, not %s".formatted(service.name(), variable, found, expected));
    }
  }
}
