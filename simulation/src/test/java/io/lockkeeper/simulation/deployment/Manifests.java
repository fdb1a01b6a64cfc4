package io.lockkeeper.simulation.deployment;

import com.fasterxml.jackson.databind.JsonNode;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapKeySelector;
import io.fabric8.kubernetes.api.model.ConfigMapVolumeSource;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.EnvFromSource;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.EnvVarSource;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.Probe;
import io.fabric8.kubernetes.api.model.SecurityContext;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// k8s/base held against the code: as its files are, and as kubectl makes it, or an overlay, of
/// them.
final class Manifests {

  private static final String KUSTOMIZATION = "kustomization.yaml";
  private static final String NAME = "app.kubernetes.io/name";
  private static final String PART_OF = "app.kubernetes.io/part-of";

  /// The digest at the end of the name of a generated ConfigMap, in kustomize's alphabet.
  private static final Pattern DIGEST = Pattern.compile("-[2456789bcdfghkmt]{10}$");

  private final List<HasMetadata> objects = new ArrayList<>();
  private final Map<String, Map<String, String>> settings = new LinkedHashMap<>();
  private final List<String> findings = new ArrayList<>();

  private final List<ServiceFacts> facts;

  private Manifests(List<ServiceFacts> facts) {
    this.facts = facts;
  }

  /// What is wrong with a base.
  ///
  /// @param files its files by their names in its folder
  static List<String> findings(
      Map<String, String> files, List<ServiceFacts> facts, String kafkaVersion) {
    Manifests manifests = new Manifests(facts);
    manifests.resolve(files);
    return manifests.findings(kafkaVersion);
  }

  /// What is wrong with what would be applied.
  ///
  /// @param output what kubectl makes of a base or an overlay
  static List<String> findings(String output, List<ServiceFacts> facts, String kafkaVersion) {
    Manifests manifests = new Manifests(facts);
    manifests.objects.addAll(StrictManifests.read("kubectl kustomize", output, manifests.findings));
    manifests.settings.putAll(configMaps(manifests.objects));
    return manifests.findings(kafkaVersion);
  }

  /// What is in the ConfigMap that is generated under this name.
  ///
  /// @param output what kubectl makes of a base or an overlay
  static Map<String, String> generated(String output, String name) {
    List<HasMetadata> objects = StrictManifests.read("", output, new ArrayList<>());
    return generated(configMaps(objects), name);
  }

  private List<String> findings(String kafkaVersion) {
    facts.forEach(this::service);
    topics(kafkaVersion);
    network();
    return findings;
  }

  /// Which settings of an overlay no service reads.
  ///
  /// @param kustomization of the overlay
  static List<String> strangeSettings(String kustomization, List<ServiceFacts> facts) {
    List<String> findings = new ArrayList<>();
    generated(YamlText.document(kustomization))
        .forEach(
            (name, variables) ->
                facts.stream()
                    .filter(service -> service.name().equals(name) || name.equals("lockkeeper"))
                    .forEach(
                        service ->
                            variables.keySet().stream()
                                .filter(variable -> !service.reads(variable))
                                .forEach(
                                    variable ->
                                        findings.add(
                                            service.name() + " reads nothing from " + variable))));
    return findings;
  }

  // --- What kustomize would make of it, as far as it is needed here ----------------------------

  private void resolve(Map<String, String> files) {
    JsonNode kustomization = YamlText.document(files.getOrDefault(KUSTOMIZATION, "{}"));
    List<String> listed = YamlText.texts(kustomization.path("resources"));
    for (String file : listed) {
      if (files.containsKey(file)) {
        objects.addAll(StrictManifests.read(file, files.get(file), findings));
      } else {
        findings.add(file + " is listed and missing");
      }
    }
    files.keySet().stream()
        .filter(file -> file.endsWith(".yaml") && !file.contains("/"))
        .filter(file -> !file.equals(KUSTOMIZATION) && !listed.contains(file))
        .forEach(file -> findings.add(file + " is not listed"));
    for (JsonNode generator : kustomization.path("configMapGenerator")) {
      for (String file : YamlText.texts(generator.path("files"))) {
        if (!files.containsKey(file)) {
          findings.add(file + " is listed and missing");
        }
      }
    }
    settings.putAll(generated(kustomization));
  }

  private static Map<String, Map<String, String>> generated(JsonNode kustomization) {
    Map<String, Map<String, String>> generated = new LinkedHashMap<>();
    for (JsonNode generator : kustomization.path("configMapGenerator")) {
      Map<String, String> variables = new LinkedHashMap<>();
      for (String literal : YamlText.texts(generator.path("literals"))) {
        String[] pair = literal.split("=", 2);
        variables.put(pair[0], pair[1]);
      }
      generated.put(generator.path("name").asText(), variables);
    }
    return generated;
  }

  // --- What it did make of it --------------------------------------------------------------------

  private static Map<String, Map<String, String>> configMaps(List<HasMetadata> objects) {
    Map<String, Map<String, String>> data = new LinkedHashMap<>();
    objects.stream()
        .filter(ConfigMap.class::isInstance)
        .map(ConfigMap.class::cast)
        .forEach(map -> data.put(map.getMetadata().getName(), map.getData()));
    return data;
  }

  private static Map<String, String> generated(
      Map<String, Map<String, String>> configMaps, String name) {
    return configMaps.entrySet().stream()
        .filter(map -> DIGEST.matcher(map.getKey()).replaceFirst("").equals(name))
        .map(Map.Entry::getValue)
        .findFirst()
        .orElse(Map.of());
  }

  // ---------------------------------------------------------------------------------------------

  private <T extends HasMetadata> Optional<T> named(Class<T> type, String name) {
    Optional<T> found =
        objects.stream()
            .filter(type::isInstance)
            .map(type::cast)
            .filter(object -> object.getMetadata().getName().equals(name))
            .findFirst();
    if (found.isEmpty()) {
      findings.add("there is no " + type.getSimpleName() + " " + name);
    }
    return found;
  }

  // --- The services ----------------------------------------------------------------------------

  private void service(ServiceFacts facts) {
    String name = facts.name();
    Map<String, String> labels = Map.of(NAME, name);
    named(ServiceAccount.class, name)
        .ifPresent(
            account ->
                is(name + "'s account's token", account.getAutomountServiceAccountToken(), false));
    named(PodDisruptionBudget.class, name)
        .ifPresent(
            budget ->
                is(
                    name + "'s budget's pods",
                    budget.getSpec().getSelector().getMatchLabels(),
                    labels));
    named(Service.class, name)
        .ifPresent(
            service -> {
              is(name + "'s Service's pods", service.getSpec().getSelector(), labels);
              // What Prometheus reads is under the Service's name, and under this as its job.
              is(
                  name + "'s Service's job",
                  service.getMetadata().getLabels().get(PART_OF),
                  "lockkeeper");
              is(
                  name + "'s Service's ports",
                  service.getSpec().getPorts().stream()
                      .map(port -> port.getPort() + " to " + port.getTargetPort().getStrVal())
                      .toList(),
                  List.of(facts.port() + " to http"));
            });
    named(Deployment.class, name).ifPresent(deployment -> deployment(facts, deployment));
  }

  private void deployment(ServiceFacts facts, Deployment deployment) {
    String name = facts.name();
    PodTemplateSpec template = deployment.getSpec().getTemplate();
    PodSpec pod = template.getSpec();
    is(name + "'s replicas", deployment.getSpec().getReplicas(), 2);
    is(
        name + "'s Deployment's pods",
        deployment.getSpec().getSelector().getMatchLabels(),
        Map.of(NAME, name));
    is(name + "'s label", template.getMetadata().getLabels().get(NAME), name);
    is(name + "'s account", pod.getServiceAccountName(), name);
    hardened(name, pod);
    Container container = pod.getContainers().getFirst();
    is(
        name + "'s image",
        // An overlay says which version it is.
        container.getImage().replaceFirst(":[^:/]+$", ""),
        "lockkeeper/" + name);
    is(
        name + "'s container's ports",
        container.getPorts().stream()
            .map(port -> port.getName() + " " + port.getContainerPort())
            .toList(),
        List.of("http " + facts.port()));
    probe(name, container.getStartupProbe(), "/q/health/started");
    probe(name, container.getReadinessProbe(), "/q/health/ready");
    probe(name, container.getLivenessProbe(), "/q/health/live");
    Map<String, String> variables = variables(name, container);
    findings.addAll(Environment.findings(facts, variables));
    mounts(name, variables, container);
    configMaps(name, pod);
  }

  private void hardened(String name, PodSpec pod) {
    is(name + "'s token", pod.getAutomountServiceAccountToken(), false);
    is(name + "'s variables of other Services", pod.getEnableServiceLinks(), false);
    is(name + "'s right to be root", pod.getSecurityContext().getRunAsNonRoot(), true);
    is(
        name + "'s seccomp profile",
        pod.getSecurityContext().getSeccompProfile().getType(),
        "RuntimeDefault");
    for (Container container : pod.getContainers()) {
      SecurityContext context = container.getSecurityContext();
      is(name + "'s file system", context.getReadOnlyRootFilesystem(), true);
      is(name + "'s way to more rights", context.getAllowPrivilegeEscalation(), false);
      is(name + "'s dropped capabilities", context.getCapabilities().getDrop(), List.of("ALL"));
      for (String resource : List.of("cpu", "memory")) {
        if (!container.getResources().getRequests().containsKey(resource)) {
          findings.add(name + " asks for no " + resource);
        }
      }
      is(
          name + "'s memory",
          container.getResources().getLimits().get("memory"),
          container.getResources().getRequests().get("memory"));
    }
    Stream<String> there = pod.getVolumes().stream().map(Volume::getName);
    is(
        name + "'s volumes",
        new TreeSet<>(there.toList()),
        new TreeSet<>(
            pod.getContainers().stream()
                .flatMap(container -> container.getVolumeMounts().stream())
                .map(VolumeMount::getName)
                .toList()));
  }

  private void probe(String name, Probe probe, String path) {
    if (probe == null) {
      findings.add(name + " is not asked at " + path);
      return;
    }
    is(name + "'s probe", probe.getHttpGet().getPath(), path);
    is(name + "'s probe's port", probe.getHttpGet().getPort().getStrVal(), "http");
  }

  private Map<String, String> variables(String name, Container container) {
    Map<String, String> variables = new LinkedHashMap<>();
    for (EnvFromSource source : container.getEnvFrom()) {
      String map = source.getConfigMapRef().getName();
      isThere(name, map);
      variables.putAll(settings.getOrDefault(map, Map.of()));
    }
    for (EnvVar variable : container.getEnv()) {
      variables.put(variable.getName(), Objects.requireNonNullElse(variable.getValue(), ""));
    }
    variables.forEach(
        (variable, value) -> {
          if (Environment.isSecret(variable) && !value.isEmpty()) {
            findings.add(name + ": " + variable + " stands in the file");
          }
        });
    return variables;
  }

  /// Every file or folder that a variable names is mounted there.
  private void mounts(String name, Map<String, String> variables, Container container) {
    List<String> mounted =
        container.getVolumeMounts().stream().map(VolumeMount::getMountPath).toList();
    variables.values().stream()
        .map(value -> value.replaceFirst("^file://", ""))
        .filter(value -> value.startsWith("/"))
        .filter(path -> mounted.stream().noneMatch(path::startsWith))
        .forEach(path -> findings.add(name + " has nothing at " + path));
  }

  /// Every ConfigMap that is mounted or named for one value is there, and so is the value.
  private void configMaps(String name, PodSpec pod) {
    pod.getVolumes().stream()
        .map(Volume::getConfigMap)
        .filter(Objects::nonNull)
        .map(ConfigMapVolumeSource::getName)
        .forEach(map -> isThere(name, map));
    pod.getContainers().stream()
        .flatMap(container -> container.getEnv().stream())
        .map(EnvVar::getValueFrom)
        .filter(Objects::nonNull)
        .map(EnvVarSource::getConfigMapKeyRef)
        .filter(Objects::nonNull)
        .forEach(one -> isThere(name, one));
  }

  private void isThere(String name, ConfigMapKeySelector one) {
    isThere(name, one.getName());
    if (!settings.getOrDefault(one.getName(), Map.of()).containsKey(one.getKey())) {
      findings.add(name + " is told of " + one.getKey() + ", which is not there");
    }
  }

  private void isThere(String name, String map) {
    if (!settings.containsKey(map)) {
      findings.add(name + " is told of " + map + ", which is not there");
    }
  }

  // --- Topics and network ----------------------------------------------------------------------

  private void topics(String kafkaVersion) {
    named(Job.class, "create-topics")
        .ifPresent(
            job -> {
              PodSpec pod = job.getSpec().getTemplate().getSpec();
              hardened("create-topics", pod);
              configMaps("create-topics", pod);
              Container container = pod.getContainers().getFirst();
              is("create-topics' image", container.getImage(), "apache/kafka:" + kafkaVersion);
              is(
                  "create-topics' command",
                  container.getCommand(),
                  List.of("bash", "/opt/lockkeeper/create-topics.sh"));
              Map<String, String> variables = new LinkedHashMap<>();
              container.getEnv().forEach(one -> variables.put(one.getName(), one.getValue()));
              is("the topics' replicas", variables.get("REPLICATION_FACTOR"), "3");
              is("the topics' replicas in sync", variables.get("MIN_INSYNC_REPLICAS"), "2");
            });
  }

  private void network() {
    named(NetworkPolicy.class, "nothing-by-default")
        .ifPresent(
            policy -> {
              is(
                  "what is closed by default",
                  policy.getSpec().getPolicyTypes(),
                  List.of("Ingress", "Egress"));
              is("what is open by default", policy.getSpec().getIngress(), List.of());
              is("what may be called by default", policy.getSpec().getEgress(), List.of());
            });
    List<String> names = facts.stream().map(ServiceFacts::name).toList();
    for (String policy : List.of("clients-to-services", "services-to-postgresql")) {
      named(NetworkPolicy.class, policy)
          .ifPresent(found -> is(policy, values(found.getSpec().getPodSelector()), names));
    }
    opens("all-to-kafka", port(settings("lockkeeper", "KAFKA_BOOTSTRAP_SERVERS")));
    for (ServiceFacts service : facts) {
      opens(
          "services-to-postgresql",
          port(
              settings(service.name(), "QUARKUS_DATASOURCE_JDBC_URL").replaceFirst("/[^/]*$", "")));
    }
  }

  private static List<String> values(LabelSelector selector) {
    return selector.getMatchExpressions().getFirst().getValues();
  }

  private void opens(String policy, String port) {
    named(NetworkPolicy.class, policy)
        .ifPresent(
            found ->
                is(
                    policy + "'s port",
                    found.getSpec().getEgress().getFirst().getPorts().stream()
                        .map(one -> String.valueOf(one.getPort().getIntVal()))
                        .toList(),
                    List.of(port)));
  }

  private String settings(String map, String variable) {
    return generated(settings, map).getOrDefault(variable, "");
  }

  private static String port(String address) {
    return address.substring(address.lastIndexOf(':') + 1);
  }

  private void is(String what, Object found, Object expected) {
    if (!Objects.equals(found, expected)) {
      findings.add("%s: %s, not %s".formatted(what, found, expected));
    }
  }
}
