package io.lockkeeper.quickstart;

import io.lockkeeper.quickstart.local.Layout;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// The project's own command. `./lockkeeper` finds a JDK and hands over to it.
@Command(
    name = "lockkeeper",
    description = "Takes a release to production by its runbook, and back when it must.",
    subcommands = {DemoCommand.class, UpCommand.class, TokenCommand.class},
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND")
public final class Lockkeeper {

  private Lockkeeper() {}

  /// Which installation a command is about.
  static final class Where {
    @Option(
        names = "--data",
        paramLabel = "FOLDER",
        description = "Keeps everything over restarts; default: .lockkeeper in the repository")
    private @Nullable Path data;

    @Option(
        names = "--base-port",
        paramLabel = "PORT",
        description =
            "The ports are the 15 after this one: services, shop, Kafka, PostgreSQL; default: ${DEFAULT-VALUE}")
    private int basePort = Layout.BASE_PORT;

    Layout layout() {
      String home = System.getenv("LOCKKEEPER_HOME");
      Path repository = Path.of(home == null ? "" : home).toAbsolutePath();
      return new Layout(
          repository, data == null ? repository.resolve(".lockkeeper") : data, basePort);
    }
  }

  /// Runs a command and exits with its code: 0 well, 1 not, 2 wrong usage.
  public static void main(String[] arguments) {
    CommandLine line = new CommandLine(new Lockkeeper());
    line.setExecutionExceptionHandler(
        (failure, command, parsed) -> {
          String message = failure.getMessage();
          System.err.println("lockkeeper: " + (message == null ? failure : message));
          return 1;
        });
    System.exit(line.execute(arguments));
  }
}
