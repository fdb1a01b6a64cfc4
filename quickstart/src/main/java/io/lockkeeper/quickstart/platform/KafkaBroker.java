package io.lockkeeper.quickstart.platform;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.lockkeeper.quickstart.wire.Daemon;
import io.lockkeeper.quickstart.wire.Loopback;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.BindException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;
import org.apache.kafka.server.common.MetadataVersion;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/// A real Apache Kafka, one node that is broker and controller (KRaft), on the loopback address.
/// What
/// a producer had acknowledged survives restarts and `kill -9`. Has the topics of [Topics]; makes
/// no
/// topic that somebody merely names.
public final class KafkaBroker implements AutoCloseable {

  private static final String CONTROLLER = "CONTROLLER";

  private final Path folder;
  private final int port;
  private final int controllerPort;
  private @Nullable KafkaRaftServer running;

  private KafkaBroker(Path folder, int port, int controllerPort) {
    this.folder = folder;
    this.port = port;
    this.controllerPort = controllerPort;
  }

  /// Starts a broker on the folder, which is formatted at its first use, on `port` (0: a free one)
  /// and a free controller port. Returns when the topics are there, usually after 1 to 2 s.
  public static KafkaBroker start(Path folder, int port) throws IOException {
    return start(folder, port, 0);
  }

  /// The same with a chosen controller port; 0 takes a free one.
  ///
  /// Throws [BindException] when a port is taken.
  public static KafkaBroker start(Path folder, int port, int controllerPort) throws IOException {
    return Loopback.onFreePorts(
        () -> {
          KafkaBroker broker =
              new KafkaBroker(
                  folder,
                  port == 0 ? Loopback.freePort() : port,
                  controllerPort == 0 ? Loopback.freePort() : controllerPort);
          broker.start();
          return broker;
        });
  }

  /// Starts again after [#stop], on the same ports and data; does nothing while it runs.
  public synchronized void start() throws IOException {
    if (running != null) {
      return;
    }
    for (int needed : new int[] {port, controllerPort}) {
      if (!Loopback.isFree(needed)) {
        throw new BindException("port " + needed + " is taken");
      }
    }
    format(folder);
    KafkaRaftServer server =
        new KafkaRaftServer(new KafkaConfig(properties(folder, port, controllerPort)), Time.SYSTEM);
    server.startup();
    running = server;
    try {
      Topics.ensure(bootstrapServers());
    } catch (RuntimeException e) {
      stop();
      throw e;
    }
  }

  /// Stops the broker cleanly. Does nothing while it is stopped.
  public synchronized void stop() {
    KafkaRaftServer server = running;
    if (server != null) {
      running = null;
      server.shutdown();
      server.awaitShutdown();
    }
  }

  /// The same as [#stop].
  @Override
  public void close() {
    stop();
  }

  /// `127.0.0.1:PORT`, for `bootstrap.servers`.
  public String bootstrapServers() {
    return "127.0.0.1:" + port;
  }

  private static void format(Path folder) throws IOException {
    Files.createDirectories(folder);
    if (Files.exists(folder.resolve("meta.properties"))) {
      return;
    }
    try {
      new Formatter()
          .setClusterId(Uuid.randomUuid().toString())
          .setNodeId(1)
          .setReleaseVersion(MetadataVersion.latestProduction())
          .setControllerListenerName(CONTROLLER)
          .setMetadataLogDirectory(folder.toString())
          .addDirectory(folder.toString())
          .setIgnoreFormatted(true)
          .setPrintStream(new PrintStream(OutputStream.nullOutputStream(), false, UTF_8))
          .run();
    } catch (Exception e) {
      throw new IOException("Could not format " + folder + " for Kafka", e);
    }
  }

  private static Map<String, String> properties(Path folder, int port, int controllerPort) {
    Map<String, String> properties = new HashMap<>();
    properties.put("process.roles", "broker,controller");
    properties.put("node.id", "1");
    properties.put("controller.quorum.voters", "1@127.0.0.1:" + controllerPort);
    properties.put("controller.listener.names", CONTROLLER);
    properties.put(
        "listeners",
        "PLAINTEXT://127.0.0.1:" + port + "," + CONTROLLER + "://127.0.0.1:" + controllerPort);
    properties.put("advertised.listeners", "PLAINTEXT://127.0.0.1:" + port);
    properties.put("log.dirs", folder.toString());
    properties.put("auto.create.topics.enable", "false");
    // One node: nothing can be replicated, and nobody else will join a group later.
    properties.put("offsets.topic.replication.factor", "1");
    properties.put("transaction.state.log.replication.factor", "1");
    properties.put("transaction.state.log.min.isr", "1");
    properties.put("share.coordinator.state.topic.replication.factor", "1");
    properties.put("share.coordinator.state.topic.min.isr", "1");
    properties.put("group.initial.rebalance.delay.ms", "0");
    // Sized for a demo: few partitions, a small heap, a short start.
    properties.put("offsets.topic.num.partitions", "4");
    properties.put("transaction.state.log.num.partitions", "1");
    properties.put("share.coordinator.state.topic.num.partitions", "1");
    properties.put("log.cleaner.dedupe.buffer.size", "2097152");
    properties.put("num.network.threads", "2");
    properties.put("num.io.threads", "4");
    // After kill -9 the controller waits this long for the dead broker before it takes the new one.
    properties.put("broker.session.timeout.ms", "3000");
    properties.put("broker.heartbeat.interval.ms", "500");
    // A consumer that comes back after its holidays goes on where it was.
    properties.put("offsets.retention.minutes", "525600");
    return properties;
  }

  /// A broker as a process of its own.
  public static void main(String[] arguments) {
    QuietLogging.set();
    Daemon.main(new Start(), arguments);
  }

  @Command(name = "kafka-broker", description = "A real Kafka on one folder.")
  private static final class Start implements Callable<Integer> {
    @Parameters(index = "0", description = "Folder that keeps everything")
    private Path folder = Path.of("");

    @Parameters(index = "1", description = "Port for clients; 0 takes a free one")
    private int port;

    @Parameters(index = "2", description = "Port of the controller; 0 takes a free one")
    private int controllerPort;

    @Override
    public Integer call() throws Exception {
      KafkaBroker broker = KafkaBroker.start(folder, port, controllerPort);
      return Daemon.serve("kafka-broker bootstrap=" + broker.bootstrapServers(), broker, () -> {});
    }
  }
}
