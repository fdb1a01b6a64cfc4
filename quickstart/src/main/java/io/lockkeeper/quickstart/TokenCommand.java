package io.lockkeeper.quickstart;

import io.lockkeeper.quickstart.local.Credentials;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// Prints a bearer token that the services of this installation believe.
@Command(
    name = "token",
    description = "Prints a bearer token for the services of this installation.",
    mixinStandardHelpOptions = true)
final class TokenCommand implements Callable<Integer> {

  @Mixin private Lockkeeper.Where where = new Lockkeeper.Where();

  @Spec private CommandSpec spec;

  @Parameters(index = "0", paramLabel = "NAME", description = "Whose token: approvals name it")
  private String name = "";

  @Parameters(
      index = "1..*",
      arity = "1..*",
      paramLabel = "ROLE",
      description = "viewer, ci, operator")
  private List<String> roles = List.of();

  @Option(
      names = "--valid",
      paramLabel = "DURATION",
      description = "How long it is good for; default: ${DEFAULT-VALUE}")
  private Duration valid = Duration.ofHours(12);

  @Override
  public Integer call() throws IOException {
    for (String role : roles) {
      if (!Credentials.ROLES.contains(role)) {
        throw new ParameterException(
            spec.commandLine(), "no such role: " + role + "; there are viewer, ci, operator");
      }
    }
    if (!Files.exists(where.layout().data().resolve("keys"))) {
      System.err.println(
          "there was no installation in "
              + where.layout().data()
              + ": its keys are new, and no service that runs already knows them; --data names another");
    }
    System.out.println(Credentials.of(where.layout()).token(name, Set.copyOf(roles), valid));
    return 0;
  }
}
