package io.lockkeeper.problem;

import io.lockkeeper.problem.Problem.Fault;
import io.quarkus.smallrye.openapi.OpenApiFilter;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response.Status;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.eclipse.microprofile.openapi.OASFactory;
import org.eclipse.microprofile.openapi.OASFilter;
import org.eclipse.microprofile.openapi.models.Components;
import org.eclipse.microprofile.openapi.models.OpenAPI;
import org.eclipse.microprofile.openapi.models.Operation;
import org.eclipse.microprofile.openapi.models.PathItem.HttpMethod;
import org.eclipse.microprofile.openapi.models.media.Content;
import org.eclipse.microprofile.openapi.models.media.Schema;
import org.eclipse.microprofile.openapi.models.media.Schema.SchemaType;
import org.eclipse.microprofile.openapi.models.parameters.Parameter;
import org.eclipse.microprofile.openapi.models.responses.APIResponse;
import org.eclipse.microprofile.openapi.models.responses.APIResponses;
import org.jspecify.annotations.Nullable;

/// Describes at `/q/openapi` which problems each operation answers with. Those that every service
/// has follow from the operation's parameters, its body and its roles, and get their example here.
/// What an operation says only of its own, and examples of what it answers when all goes well,
/// stand in the service's `META-INF/openapi.yaml`; a status that is described there for a body that
/// the service reads itself is left as it is.
@OpenApiFilter(stages = OpenApiFilter.RunStage.BUILD, priority = ProblemsInOpenApi.LAST)
public final class ProblemsInOpenApi implements OASFilter {

  /// After the filters that write down the roles.
  static final int LAST = -1000;

  private static final String SCHEMA = "ProblemDetails";
  private static final String FAULT = "ProblemFault";

  @Override
  public void filterOpenAPI(OpenAPI api) {
    Components components =
        api.getComponents() == null ? OASFactory.createComponents() : api.getComponents();
    api.setComponents(components);
    components.addSchema(FAULT, fault()).addSchema(SCHEMA, problem());
    for (UsualProblem problem : UsualProblem.values()) {
      components.addExample(
          problem.code(), OASFactory.createExample().value(written(example(problem))));
    }
    api.getPaths()
        .getPathItems()
        .values()
        .forEach(path -> path.getOperations().forEach(ProblemsInOpenApi::describe));
  }

  private static void describe(HttpMethod method, Operation operation) {
    withoutPreferences(operation);
    for (UsualProblem problem : of(method, operation)) {
      APIResponse response = response(operation.getResponses(), problem.status());
      content(response)
          .getMediaType(Problem.MEDIA_TYPE)
          .addExample(
              problem.code(),
              OASFactory.createExample().ref("#/components/examples/" + problem.code()));
    }
    if (method == HttpMethod.GET && answersJson(operation)) {
      // EntityTags
      response(operation.getResponses(), Status.NOT_MODIFIED.getStatusCode());
    }
    operation.getResponses().getAPIResponses().forEach(ProblemsInOpenApi::complete);
  }

  private static boolean answersJson(Operation operation) {
    Content content = operation.getResponses().getAPIResponse("200").getContent();
    return content != null && content.hasMediaType(MediaType.APPLICATION_JSON);
  }

  // Its answer begins before anything is read; in an outage it ends, and is asked for again.
  private static boolean isStream(Operation operation) {
    Content content = operation.getResponses().getAPIResponse("200").getContent();
    return content != null
        && content.getMediaTypes().keySet().equals(Set.of(MediaType.SERVER_SENT_EVENTS));
  }

  private static Set<UsualProblem> of(HttpMethod method, Operation operation) {
    Set<UsualProblem> problems = EnumSet.of(UsualProblem.UNAUTHORIZED, UsualProblem.FORBIDDEN);
    if (!isStream(operation)) {
      problems.add(UsualProblem.TEMPORARILY_UNAVAILABLE);
    }
    if (method == HttpMethod.GET || !isForOperatorsAlone(operation)) {
      problems.add(UsualProblem.TOO_MANY_REQUESTS);
    }
    if (operation.getRequestBody() != null) {
      problems.add(UsualProblem.TOO_LARGE);
      problems.add(UsualProblem.UNSUPPORTED_MEDIA_TYPE);
      if (isReadByJackson(operation)) {
        problems.add(UsualProblem.MALFORMED_JSON);
        problems.add(UsualProblem.INVALID_REQUEST);
      }
    }
    if (operation.getParameters() != null) {
      operation.getParameters().forEach(parameter -> add(problems, parameter));
    }
    return problems;
  }

  // A service that reads a body itself, to say more about it, describes what it says.
  private static boolean isReadByJackson(Operation operation) {
    return operation.getRequestBody().getContent().getMediaTypes().keySet().stream()
            .allMatch(MediaType.APPLICATION_JSON::equals)
        && !Boolean.TRUE.equals(operation.getResponses().hasAPIResponse("422"));
  }

  private static void add(Set<UsualProblem> problems, Parameter parameter) {
    if (HttpHeaders.IF_MATCH.equals(parameter.getName())) {
      problems.add(UsualProblem.CHANGED_MEANWHILE);
    }
    Schema schema = parameter.getSchema();
    if (schema == null || parameter.getIn() == Parameter.In.HEADER) {
      return;
    }
    // Any text is a truth value.
    if (isOf(schema, SchemaType.INTEGER)) {
      problems.add(UsualProblem.BAD_PARAMETER);
    }
    if (isOf(schema, SchemaType.STRING) && "after".equals(parameter.getName())) {
      problems.add(UsualProblem.BAD_CURSOR);
    }
    if (schema.getMinimum() != null || schema.getMaxLength() != null) {
      problems.add(UsualProblem.INVALID_REQUEST);
    }
  }

  private static boolean isOf(Schema schema, SchemaType type) {
    return schema.getType() != null && schema.getType().contains(type);
  }

  private static boolean isForOperatorsAlone(Operation operation) {
    return operation.getSecurity() != null
        && operation.getSecurity().stream()
            .flatMap(requirement -> requirement.getSchemes().values().stream())
            .allMatch(List.of("operator")::equals);
  }

  // `qs` is between the service and Accept; it is no part of the media type of an answer.
  private static void withoutPreferences(Operation operation) {
    operation
        .getResponses()
        .getAPIResponses()
        .values()
        .forEach(
            response -> {
              Content content = response.getContent();
              if (content == null) {
                return;
              }
              for (var entry : List.copyOf(content.getMediaTypes().entrySet())) {
                String plain = entry.getKey().replaceFirst(" *;.*", "");
                if (plain.equals(entry.getKey())) {
                  continue;
                }
                content.removeMediaType(entry.getKey());
                if (content.hasMediaType(plain)) {
                  content.getMediaType(plain).setSchema(entry.getValue().getSchema());
                } else {
                  content.addMediaType(plain, entry.getValue());
                }
              }
            });
  }

  private static APIResponse response(APIResponses responses, int status) {
    String key = Integer.toString(status);
    if (!responses.hasAPIResponse(key)) {
      responses.addAPIResponse(key, OASFactory.createAPIResponse());
    }
    return responses.getAPIResponse(key);
  }

  private static Content content(APIResponse response) {
    if (response.getContent() == null) {
      response.setContent(OASFactory.createContent());
    }
    if (!response.getContent().hasMediaType(Problem.MEDIA_TYPE)) {
      response.getContent().addMediaType(Problem.MEDIA_TYPE, OASFactory.createMediaType());
    }
    return response.getContent();
  }

  private static void complete(String key, APIResponse response) {
    Status status = Status.fromStatusCode(Integer.parseInt(key));
    if (response.getDescription() == null || Integer.parseInt(key) >= 400) {
      response.setDescription(status == null ? "Unprocessable Content" : status.getReasonPhrase());
    }
    if (response.getContent() != null && response.getContent().hasMediaType(Problem.MEDIA_TYPE)) {
      response
          .getContent()
          .getMediaType(Problem.MEDIA_TYPE)
          .setSchema(OASFactory.createSchema().ref(SCHEMA));
    }
  }

  private static Problem example(UsualProblem problem) {
    return problem == UsualProblem.INVALID_REQUEST
        ? problem.with(null, List.of(new Fault("/reason", "must not be blank")))
        : problem.problem();
  }

  private static Map<String, Object> written(Problem problem) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("type", problem.type().toString());
    fields.put("title", problem.title());
    fields.put("status", problem.status());
    putUnlessNull(fields, "detail", problem.detail());
    fields.put("code", problem.code());
    if (!problem.errors().isEmpty()) {
      fields.put("errors", problem.errors().stream().map(ProblemsInOpenApi::written).toList());
    }
    return fields;
  }

  // In one order in each build, which Map.of does not promise.
  private static Map<String, Object> written(Fault fault) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("pointer", fault.pointer());
    fields.put("detail", fault.detail());
    return fields;
  }

  private static void putUnlessNull(
      Map<String, Object> fields, String name, @Nullable Object value) {
    if (value != null) {
      fields.put(name, value);
    }
  }

  private static Schema problem() {
    return object("What went wrong, as RFC 9457 writes it.")
        .addProperty("type", text("The stable address of the kind of problem; ends with `code`."))
        .addProperty("title", text("What went wrong, the same for each of its kind."))
        .addProperty(
            "status", OASFactory.createSchema().addType(SchemaType.INTEGER).format("int32"))
        .addProperty("detail", text("What went wrong this time, and what to do."))
        .addProperty("instance", text("Names this one occurrence in the log of the service."))
        .addProperty("code", text("The kind of problem, for programs."))
        .addProperty(
            "errors",
            OASFactory.createSchema()
                .addType(SchemaType.ARRAY)
                .items(OASFactory.createSchema().ref(FAULT)))
        .required(List.of("type", "title", "status", "code"));
  }

  private static Schema fault() {
    return object("One fault of a request.")
        .addProperty("pointer", text("A JSON pointer into the body, or the name of a parameter."))
        .addProperty("detail", text("What is wrong there."))
        .required(List.of("pointer", "detail"));
  }

  private static Schema object(String description) {
    return OASFactory.createSchema().addType(SchemaType.OBJECT).description(description);
  }

  private static Schema text(String description) {
    return OASFactory.createSchema().addType(SchemaType.STRING).description(description);
  }
}
