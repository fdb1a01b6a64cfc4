package io.lockkeeper.quickstart.platform;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/// Kafka and PostgreSQL for tests: one pair for all tests of a JVM, on free ports and a temporary
/// folder, ready in two to three seconds and gone with the JVM. What a killed JVM leaves behind,
/// the
/// next one removes.
///
/// System properties name a platform from outside instead: `lockkeeper.test.kafka` (bootstrap
/// servers) and `lockkeeper.test.postgres` (`HOST:PORT`, with `lockkeeper.test.postgres.user` and
/// `.password`, who may make databases; default `postgres` without a password). Topics and
/// databases
/// are made there too.
public final class EmbeddedPlatform {

  private static final String PASSWORD = "lockkeeper";

  private static @Nullable EmbeddedPlatform shared;

  private final String bootstrapServers;
  private final Databases databases;
  private final @Nullable KafkaBroker kafka;
  private final @Nullable PostgresServer postgres;

  private EmbeddedPlatform(
      String bootstrapServers,
      Databases databases,
      @Nullable KafkaBroker kafka,
      @Nullable PostgresServer postgres) {
    this.bootstrapServers = bootstrapServers;
    this.databases = databases;
    this.kafka = kafka;
    this.postgres = postgres;
  }

  /// The platform of this JVM; the first call starts it.
  public static synchronized EmbeddedPlatform shared() {
    EmbeddedPlatform platform = shared;
    if (platform == null) {
      try {
        platform = start();
      } catch (IOException | SQLException e) {
        throw new IllegalStateException("The platform for tests does not start", e);
      }
      shared = platform;
    }
    return platform;
  }

  /// For `bootstrap.servers`.
  public String bootstrapServers() {
    return bootstrapServers;
  }

  /// The services' databases.
  public Databases databases() {
    return databases;
  }

  /// The broker itself, for tests that stop and start it; empty when it comes from outside.
  public Optional<KafkaBroker> kafka() {
    return Optional.ofNullable(kafka);
  }

  /// The server itself, for tests that stop and start it; empty when it comes from outside.
  public Optional<PostgresServer> postgres() {
    return Optional.ofNullable(postgres);
  }

  private static EmbeddedPlatform start() throws IOException, SQLException {
    Path folder = PlatformFolder.create(Path.of(System.getProperty("java.io.tmpdir")));
    String outsideKafka = System.getProperty("lockkeeper.test.kafka");
    String outsidePostgres = System.getProperty("lockkeeper.test.postgres");
    // Both at once: while they start they use different things of the machine.
    CompletableFuture<KafkaBroker> starting =
        outsideKafka == null
            ? CompletableFuture.supplyAsync(() -> kafka(folder.resolve("kafka")))
            : null;
    PostgresServer postgres =
        outsidePostgres == null
            ? PostgresServer.start(folder.resolve("postgres"), 0, PASSWORD)
            : null;
    Databases databases = postgres == null ? outside(outsidePostgres) : postgres.databases();
    KafkaBroker kafka = starting == null ? null : starting.join();
    if (kafka == null) {
      Topics.ensure(String.valueOf(outsideKafka));
    }
    Runtime.getRuntime()
        .addShutdownHook(new Thread(() -> end(folder, postgres, kafka), "platform-end"));
    return new EmbeddedPlatform(
        kafka == null ? String.valueOf(outsideKafka) : kafka.bootstrapServers(),
        databases,
        kafka,
        postgres);
  }

  private static KafkaBroker kafka(Path folder) {
    // Kafka finds its own classes by the thread's loader, which in a pool need not be ours.
    Thread worker = Thread.currentThread();
    ClassLoader before = worker.getContextClassLoader();
    worker.setContextClassLoader(EmbeddedPlatform.class.getClassLoader());
    try {
      return KafkaBroker.start(folder, 0);
    } catch (IOException e) {
      throw new CompletionException(e);
    } finally {
      worker.setContextClassLoader(before);
    }
  }

  private static Databases outside(@Nullable String server) throws SQLException {
    Databases databases =
        new Databases(
            String.valueOf(server),
            System.getProperty("lockkeeper.test.postgres.user", PostgresServer.ADMIN),
            System.getProperty("lockkeeper.test.postgres.password", ""),
            PASSWORD);
    databases.ensure();
    return databases;
  }

  private static void end(
      Path folder, @Nullable PostgresServer server, @Nullable KafkaBroker broker) {
    try {
      if (server != null) {
        server.close();
      }
      if (broker != null) {
        broker.close();
      }
      PlatformFolder.remove(folder);
    } catch (IOException e) {
      System.err.println("The platform for tests was not tidied up: " + e);
    }
  }
}
