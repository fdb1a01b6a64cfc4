package io.lockkeeper.quickstart.platform;

import io.lockkeeper.quickstart.wire.Daemon;
import io.lockkeeper.quickstart.wire.Loopback;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.net.BindException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// A real PostgreSQL on the loopback address, with `fsync` and `synchronous_commit` on: what was
/// committed survives restarts and `kill -9`. Has the databases of [Databases].
///
/// For demos and tests: it trusts every user of this machine, whatever the password. One server per
/// folder; a server that an earlier launcher left behind on it is stopped first.
public final class PostgresServer implements AutoCloseable {

  /// The name under which databases and roles are made.
  public static final String ADMIN = "postgres";

  /// Where the programs are unpacked, once for every server of this machine.
  private static final Path PROGRAMS =
      Path.of(System.getProperty("java.io.tmpdir"), "lockkeeper-postgres");

  private static final int MAX_CONNECTIONS = 200;
  private static final Duration STARTING = Duration.ofSeconds(60);
  private static final Duration STOPPING = Duration.ofSeconds(20);

  private final Path folder;
  private final int port;
  private final Databases databases;
  private @Nullable EmbeddedPostgres running;

  private PostgresServer(Path folder, int port, String password) {
    this.folder = folder;
    this.port = port;
    this.databases = new Databases("127.0.0.1:" + port, ADMIN, "", password);
  }

  /// Starts a server on the folder, which is initialised at its first use, on `port` (0: a free
  /// one).
  /// The services' roles get `password`. Returns when the databases are there: after 2 s at the
  /// first
  /// start, half a second later.
  ///
  /// Throws [BindException] when the port is taken by anything but a server left over on this
  /// folder.
  public static PostgresServer start(Path folder, int port, String password)
      throws IOException, SQLException {
    return Loopback.onFreePorts(
        () -> {
          PostgresServer server =
              new PostgresServer(folder, port == 0 ? Loopback.freePort() : port, password);
          server.start();
          return server;
        });
  }

  /// Starts again after [#stop]; does nothing while it runs.
  public synchronized void start() throws IOException, SQLException {
    if (running != null) {
      return;
    }
    stopLeftOver(folder);
    // Checked here because the launcher would take any server on this port for its own.
    if (!Loopback.isFree(port)) {
      throw new BindException("port " + port + " is taken");
    }
    Files.createDirectories(folder);
    Redirect log = Redirect.appendTo(folder.resolve("postgres.log").toFile());
    DatabasePrograms.discardUnfinished(PROGRAMS);
    running = launch(log);
    try {
      databases.ensure();
    } catch (SQLException e) {
      stop();
      throw e;
    }
  }

  private EmbeddedPostgres launch(Redirect log) throws IOException {
    return EmbeddedPostgres.builder()
        .setOverrideWorkingDirectory(PROGRAMS.toFile())
        .setDataDirectory(data(folder))
        .setCleanDataDirectory(false)
        .setRegisterShutdownHook(false)
        .setPort(port)
        .setPGStartupWait(STARTING)
        .setOutputRedirector(log)
        .setErrorRedirector(log)
        .setServerConfig("fsync", "on")
        .setServerConfig("synchronous_commit", "on")
        .setServerConfig("full_page_writes", "on")
        .setServerConfig("max_connections", String.valueOf(MAX_CONNECTIONS))
        .setServerConfig("shared_buffers", "32MB")
        .setServerConfig("listen_addresses", "127.0.0.1")
        .setServerConfig("unix_socket_directories", "")
        .start();
  }

  /// Stops the server as an operator would, ending its connections; [#start()] starts it again on
  /// the
  /// same port and data. Does nothing while it is stopped.
  public synchronized void stop() throws IOException {
    EmbeddedPostgres server = running;
    if (server != null) {
      running = null;
      Optional<ProcessHandle> process = serverProcess(folder);
      server.close();
      // It gives its lock file up a moment before it ends, and a database is a bad thing to have
      // twice.
      if (process.isPresent() && !isGone(process.get())) {
        stop(process.get());
      }
    }
  }

  /// The same as [#stop].
  @Override
  public void close() throws IOException {
    stop();
  }

  /// The databases on this server.
  public Databases databases() {
    return databases;
  }

  /// The port that is served.
  public int port() {
    return port;
  }

  /// Ends this process when the database ends without having been told to by us.
  private void endWithIt() throws IOException {
    ProcessHandle process =
        serverProcess(folder).orElseThrow(() -> new IOException("PostgreSQL ended at once"));
    process
        .onExit()
        .thenRun(
            () -> {
              if (isMeantToRun()) {
                System.err.println("PostgreSQL ended; see " + folder.resolve("postgres.log"));
                System.exit(1);
              }
            });
  }

  private synchronized boolean isMeantToRun() {
    return running != null;
  }

  private static Path data(Path folder) {
    return folder.resolve("data");
  }

  private static Path lockFile(Path folder) {
    return data(folder).resolve("postmaster.pid");
  }

  /// The process that the folder's lock file names, when it runs and is a PostgreSQL.
  private static Optional<ProcessHandle> serverProcess(Path folder) throws IOException {
    Path lock = lockFile(folder);
    if (!Files.exists(lock)) {
      return Optional.empty();
    }
    List<String> lines = Files.readAllLines(lock);
    if (lines.isEmpty() || !lines.getFirst().strip().matches("\\d+")) {
      return Optional.empty();
    }
    Optional<ProcessHandle> process =
        ProcessHandle.of(Long.parseLong(lines.getFirst().strip())).filter(ProcessHandle::isAlive);
    if (process.isPresent() && process.get().info().command().isEmpty()) {
      // Two servers on the same data would destroy it: rather none than perhaps two.
      throw new IOException("Process " + process.get().pid() + " may be a server on " + folder);
    }
    return process.filter(
        one -> one.info().command().filter(PostgresServer::isPostgres).isPresent());
  }

  private static boolean isPostgres(String command) {
    return Path.of(command).getFileName().toString().startsWith("postgres");
  }

  /// Stops the server that a killed launcher left behind on the folder, if there is one.
  static void stopLeftOver(Path folder) throws IOException {
    Optional<ProcessHandle> server = serverProcess(folder);
    if (server.isPresent()) {
      stop(server.get());
    }
    // After a kill, the number in the lock file may by now belong to another program, which
    // PostgreSQL would take for a server on its data.
    Files.deleteIfExists(lockFile(folder));
  }

  /// SIGINT is PostgreSQL's fast shutdown. SIGTERM, which is all that Java sends, would wait for
  /// clients to leave by themselves, and SIGKILL would leave its children behind.
  private static void stop(ProcessHandle server) throws IOException {
    for (String signal : List.of("INT", "QUIT")) {
      signal(server, signal);
      if (isGone(server)) {
        return;
      }
    }
    throw new IOException("PostgreSQL " + server.pid() + " does not stop");
  }

  private static void signal(ProcessHandle process, String name) throws IOException {
    new ProcessBuilder("sh", "-c", "kill -" + name + " " + process.pid()).inheritIO().start();
  }

  private static boolean isGone(ProcessHandle process) {
    try {
      process.onExit().get(STOPPING.toSeconds(), TimeUnit.SECONDS);
      return true;
    } catch (TimeoutException | ExecutionException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /// A server as a process of its own.
  public static void main(String[] arguments) {
    QuietLogging.set();
    Daemon.main(new Start(), arguments);
  }

  @Command(name = "postgres-server", description = "A real PostgreSQL on one folder.")
  private static final class Start implements Callable<Integer> {
    @Parameters(index = "0", description = "Folder that keeps everything")
    private Path folder = Path.of("");

    @Parameters(index = "1", description = "Port; 0 takes a free one")
    private int port;

    @Option(
        names = "--password-file",
        required = true,
        description = "Holds the password of the services' roles")
    private Path passwordFile = Path.of("");

    @Override
    public Integer call() throws Exception {
      PostgresServer server =
          PostgresServer.start(folder, port, Files.readString(passwordFile).strip());
      server.endWithIt();
      return Daemon.serve("postgres-server port=" + server.port(), server, () -> {});
    }
  }
}
