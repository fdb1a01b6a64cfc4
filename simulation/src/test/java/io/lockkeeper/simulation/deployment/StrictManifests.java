package io.lockkeeper.simulation.deployment;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.cfg.CoercionAction;
import com.fasterxml.jackson.databind.cfg.CoercionInputShape;
import com.fasterxml.jackson.databind.introspect.Annotated;
import com.fasterxml.jackson.databind.introspect.JacksonAnnotationIntrospector;
import com.fasterxml.jackson.databind.type.LogicalType;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// Reads Kubernetes manifests as an API server with strict validation does: a field that does not
/// exist, one that stands twice and a value of another type are faults.
final class StrictManifests {

  private static final Map<String, Class<? extends HasMetadata>> TYPES =
      Map.of(
          "v1/ConfigMap", ConfigMap.class,
          "v1/Namespace", Namespace.class,
          "v1/Service", Service.class,
          "v1/ServiceAccount", ServiceAccount.class,
          "apps/v1/Deployment", Deployment.class,
          "batch/v1/Job", Job.class,
          "networking.k8s.io/v1/NetworkPolicy", NetworkPolicy.class,
          "policy/v1/PodDisruptionBudget", PodDisruptionBudget.class);

  private static final ObjectMapper MAPPER = mapper();

  private StrictManifests() {}

  private static ObjectMapper mapper() {
    return YAMLMapper.builder()
        // The models keep what they do not know in a map beside their fields; here they must not.
        .annotationIntrospector(new NothingBesideFields())
        .enable(
            DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES,
            DeserializationFeature.FAIL_ON_IGNORED_PROPERTIES)
        .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
        .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
        // `value: 8081` where a text is wanted is what an API server refuses, too.
        .withCoercionConfig(
            LogicalType.Textual,
            text ->
                text.setCoercion(CoercionInputShape.Integer, CoercionAction.Fail)
                    .setCoercion(CoercionInputShape.Float, CoercionAction.Fail)
                    .setCoercion(CoercionInputShape.Boolean, CoercionAction.Fail))
        .build();
  }

  private static final class NothingBesideFields extends JacksonAnnotationIntrospector {
    private static final long serialVersionUID = 1L;

    @Override
    public Boolean hasAnySetter(Annotated annotated) {
      return false;
    }
  }

  /// The objects in a file; adds what is wrong with them to `findings`.
  static List<HasMetadata> read(String file, String text, List<String> findings) {
    List<HasMetadata> objects = new ArrayList<>();
    try (MappingIterator<JsonNode> documents = MAPPER.readerFor(JsonNode.class).readValues(text)) {
      while (documents.hasNext()) {
        read(file, documents.next(), findings, objects);
      }
    } catch (IOException e) {
      findings.add(file + ": " + e.getMessage());
    }
    return objects;
  }

  private static void read(
      String file, JsonNode document, List<String> findings, List<HasMetadata> objects) {
    String kind = document.path("apiVersion").asText() + "/" + document.path("kind").asText();
    String where = file + ", " + kind + " " + document.at("/metadata/name").asText() + ": ";
    Class<? extends HasMetadata> type = TYPES.get(kind);
    if (type == null) {
      findings.add(where + "is of no kind that belongs here");
      return;
    }
    try {
      HasMetadata object = MAPPER.treeToValue(document, type);
      lost(document, MAPPER.valueToTree(object), "", where, findings);
      objects.add(object);
    } catch (JsonProcessingException e) {
      findings.add(where + e.getOriginalMessage());
    }
  }

  /// What was read must be there when it is written again, with the same value.
  private static void lost(
      JsonNode read, JsonNode written, String path, String where, List<String> findings) {
    if (read.isObject() && written.isObject()) {
      read.properties()
          .forEach(
              field ->
                  lost(
                      field.getValue(),
                      written.path(field.getKey()),
                      path + "/" + field.getKey(),
                      where,
                      findings));
    } else if (read.isArray() && written.isArray() && read.size() == written.size()) {
      for (int i = 0; i < read.size(); i++) {
        lost(read.get(i), written.get(i), path + "/" + i, where, findings);
      }
    } else if (!read.toString().equals(written.toString())) {
      findings.add(where + path + " is read as " + written + ", not as " + read);
    }
  }
}
