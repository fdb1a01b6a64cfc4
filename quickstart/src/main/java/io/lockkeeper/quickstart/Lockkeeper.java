package io.lockkeeper.quickstart;

import io.lockkeeper.quickstart.local.Layout;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// The project's own command. `./lockkeeper` finds a JDK and hands over to it.
@Command(
    name = "lockkeeper",
    description = "Takes a release to production by its runbook, and back when it must.",
    subcommands = {DemoCommand.class, UpCommand.class, ReleaseCommand.class, TokenCommand.class},
    mixinStandardHelpOptions = true,
    versionProvider = Lockkeeper.Build.class,
    synopsisSubcommandLabel = "COMMAND")
public final class Lockkeeper {

  private Lockkeeper() {}

  /// What `--version` says: as its jar is named, and on which Java it runs.
  static final class Build implements CommandLine.IVersionProvider {

    @Override
    public String[] getVersion() {
      String version = Lockkeeper.class.getPackage().getImplementationVersion();
      return new String[] {
        "lockkeeper %s, Java %s"
            .formatted(version == null ? "(not from a jar)" : version, Runtime.version())
      };
    }
  }

  /// Which installation a command is about.
  static final class Where {
    @Option(
        names = "--data",
        paramLabel = "FOLDER",
        description =
            "Where everything is kept; default: .lockkeeper in the repository, for the demo"
                + " .lockkeeper-demo, which it empties first")
    private @Nullable Path data;

    @Option(
        names = "--base-port",
        paramLabel = "PORT",
        description =
            "The ports are the 15 after this one: services, shop, Kafka, PostgreSQL; default: ${DEFAULT-VALUE}")
    private int basePort = Layout.BASE_PORT;

    /// Where `up` and `token` work.
    Layout layout() {
      return layout(Layout.DATA);
    }

    /// Where the demo works, which begins with nothing each time: a folder of its own, or a new
    /// one.
    ///
    /// @throws IOException when the folder that was named has something in it
    Layout demoLayout() throws IOException {
      if (data != null && Files.exists(data)) {
        try (Stream<Path> inside = Files.list(data)) {
          if (inside.findAny().isPresent()) {
            throw new IOException(
                data + " is not empty, and the demo begins with nothing; name a new folder");
          }
        }
      }
      return layout(".lockkeeper-demo");
    }

    private Layout layout(String folder) {
      String home = System.getenv("LOCKKEEPER_HOME");
      Path repository = Path.of(home == null ? "" : home).toAbsolutePath();
      return new Layout(repository, data == null ? repository.resolve(folder) : data, basePort);
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
