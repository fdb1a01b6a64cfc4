package io.lockkeeper.quickstart.local;

import io.lockkeeper.quickstart.platform.KafkaBroker;
import io.lockkeeper.quickstart.platform.PostgresServer;
import io.lockkeeper.quickstart.shop.Receiver;
import io.lockkeeper.quickstart.wire.Loopback;
import io.lockkeeper.quickstart.wire.Progress;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// A whole Lockkeeper on one machine: a real Kafka, a real PostgreSQL, the five services, a
/// deployment channel and
/// an incident tracker, each a process of its own, all on 127.0.0.1. What it keeps survives
/// restarts.
public final class LocalStack implements AutoCloseable {

  /// The launcher holds the packed programs in memory when it unpacks them at the first start, MiB.
  private static final int DATABASE_HEAP = 256;

  /// A process that ended is told at once; one that lives may only be slow, on a busy machine.
  private static final Duration STARTING = Duration.ofMinutes(5);

  /// Long enough to write the archive of classes, all of them at once on two busy cores.
  private static final Duration ENDING_OF_FAST = Duration.ofMinutes(5);

  private final Layout layout;
  private final Credentials credentials;
  private final FileChannel lockFile;
  private final Map<Part, Child> children = Collections.synchronizedMap(new EnumMap<>(Part.class));
  private Programs programs;
  private volatile boolean closed;
  private volatile boolean ready;
  private final HttpClient client = Loopback.client();

  private LocalStack(Layout layout, Credentials credentials, FileChannel lockFile) {
    this.layout = layout;
    this.credentials = credentials;
    this.lockFile = lockFile;
    this.programs = Programs.of(layout.home());
  }

  /// The stack of this installation, not started; nobody else can have it until it is closed.
  ///
  /// @throws IOException when another one has it
  public static LocalStack of(Layout layout) throws IOException {
    FileChannel lockFile = lock(layout);
    return new LocalStack(layout, Credentials.of(layout), lockFile);
  }

  /// The same, with nothing of what an earlier one kept there.
  ///
  /// @throws IOException when another one has it; then nothing is deleted
  public static LocalStack fresh(Layout layout) throws IOException {
    FileChannel lockFile = lock(layout);
    endLeftOvers(layout);
    try (Stream<Path> kept = Files.list(layout.data())) {
      for (Path path : kept.filter(it -> !it.equals(layout.data().resolve("run"))).toList()) {
        delete(path);
      }
    }
    return new LocalStack(layout, Credentials.of(layout), lockFile);
  }

  private static void delete(Path path) throws IOException {
    try (Stream<Path> inside = Files.walk(path)) {
      for (Path each : inside.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(each);
      }
    }
  }

  /// Lets services, Kafka and PostgreSQL keep their loaded classes in archives beside the build:
  /// written when they stop after the first start with it, and again after another build; each
  /// later start takes half the time. To be called before [#start].
  public LocalStack fast() {
    programs = programs.makingArchives();
    return this;
  }

  /// Starts everything; returns when a release can be asked for.
  ///
  /// @param progress told what begins, and meanwhile how many parts are ready
  /// @throws IOException when a port is taken or a process does not start; the message says what to
  /// do
  public void start(Progress progress) throws IOException, InterruptedException {
    endLeftOvers(layout);
    refuseTakenPorts(layout);
    startAll(progress);
    ready = true;
  }

  private static FileChannel lock(Layout layout) throws IOException {
    FileChannel channel =
        FileChannel.open(
            layout.folder("run").resolve("lock"),
            StandardOpenOption.CREATE,
            StandardOpenOption.WRITE);
    FileLock lock = channel.tryLock();
    if (lock == null) {
      channel.close();
      throw new IOException(
          "another Lockkeeper runs on "
              + layout.data()
              + "; stop it with Ctrl-C, or choose another folder with --data");
    }
    return channel;
  }

  private static void refuseTakenPorts(Layout layout) throws IOException {
    var taken = layout.taken();
    if (taken.isPresent()) {
      throw new IOException(
          "port %d, for %s, is taken; stop what listens there, or choose other ports with --base-port"
              .formatted(layout.port(taken.get()), taken.get().title()));
    }
  }

  private static void endLeftOvers(Layout layout) throws IOException {
    for (Part part : Part.values()) {
      new Child(
              part.title(),
              List.of(),
              Map.of(),
              layout.log("unused"),
              pidFile(layout, part),
              any -> true,
              Child.ENDING)
          .endLeftOver();
    }
  }

  private void startAll(Progress progress) throws IOException, InterruptedException {
    progress.step("starting PostgreSQL and Kafka");
    start(
        Part.POSTGRES,
        programs.platform(
            "postgres",
            PostgresServer.class,
            DATABASE_HEAP,
            layout.folder("postgres").toString(),
            String.valueOf(layout.port(Part.POSTGRES)),
            "--password-file",
            credentials.databasePassword().toString()));
    start(
        Part.KAFKA,
        programs.platform(
            "kafka",
            KafkaBroker.class,
            256,
            layout.folder("kafka").toString(),
            String.valueOf(layout.port(Part.KAFKA)),
            String.valueOf(layout.port(Part.KAFKA_CONTROLLER))));
    receiver(Part.CHANNEL, "channel");
    receiver(Part.INCIDENTS, "incidents");
    copyRunbooks();
    await(Part.POSTGRES);
    progress.step("starting gate, rollout, monitor, audit and notification service");
    for (Part service : Part.SERVICES) {
      startService(service);
    }
    awaitAll(progress);
  }

  /// Starts a program of the quickstart as this part and returns at once.
  ///
  /// @param program a class with a main method that prints a ready line
  /// @param heap    in MiB
  public Child startTool(Part part, Class<?> program, int heap, String... arguments)
      throws IOException {
    return start(part, programs.tool(program, heap, arguments));
  }

  /// The process of a part; it must have been started once.
  public Child child(Part part) {
    Child child = children.get(part);
    if (child == null) {
      throw new IllegalStateException(part.title() + " was never started");
    }
    return child;
  }

  /// Waits until these parts can be used.
  public void await(Part... parts) throws IOException, InterruptedException {
    for (Part part : parts) {
      child(part).awaitReady(STARTING);
    }
  }

  /// Waits until every part that was started can be used, telling which are not yet.
  private void awaitAll(Progress progress) throws IOException, InterruptedException {
    List<Child> all = List.copyOf(children.values());
    List<Child> starting = new ArrayList<>(all);
    Instant end = Instant.now().plus(STARTING);
    while (!starting.isEmpty()) {
      for (Child child : List.copyOf(starting)) {
        if (child.isReady()) {
          starting.remove(child);
        } else if (Instant.now().isAfter(end)) {
          throw child.late(STARTING);
        }
      }
      progress.waits(starting(all.size(), starting));
      Thread.sleep(Child.LOOK);
    }
  }

  private static String starting(int all, List<Child> starting) {
    if (starting.isEmpty()) {
      return "";
    }
    int ready = all - starting.size();
    return "        [%s%s] %d of %d ready, starting: %s"
        .formatted(
            "=".repeat(ready),
            " ".repeat(starting.size()),
            ready,
            all,
            String.join(", ", starting.stream().map(Child::name).sorted().toList()));
  }

  /// Where it stands.
  public Layout layout() {
    return layout;
  }

  /// Its keys and secrets.
  public Credentials credentials() {
    return credentials;
  }

  /// The parts whose process has ended although nobody asked it to.
  public List<Part> ended() {
    if (closed) {
      return List.of();
    }
    return children.entrySet().stream()
        .filter(entry -> !entry.getValue().isAlive())
        .map(Map.Entry::getKey)
        .toList();
  }

  /// Ends everything in the order in which nothing misses what it needs: services, then the
  /// platform.
  @Override
  public void close() {
    closed = true;
    List<Child> others = new ArrayList<>();
    Map.copyOf(children)
        .forEach(
            (part, child) -> {
              if (part != Part.KAFKA && part != Part.POSTGRES) {
                others.add(child);
              }
            });
    others.parallelStream().forEach(Child::close);
    List.copyOf(children.values()).forEach(Child::close);
    client.close();
    try {
      if (!ready) {
        programs.discardArchives();
      }
      lockFile.close();
    } catch (IOException e) {
      // The lock goes with the process, and an archive too little with the next build.
    }
  }

  /// Another process of a service, on a port of its own and on the same database and topics; not
  /// started, and its caller's to end.
  public Child replica(Part service, int port) throws IOException {
    String name = service.title() + "-" + port;
    return new Child(
        name,
        programs.service(service),
        serviceEnvironment(service, port),
        layout.log(name),
        layout.folder("run").resolve(name + ".pid"),
        any -> answers(Layout.loopback(port)),
        Child.ENDING);
  }

  private void startService(Part service) throws IOException {
    int port = layout.port(service);
    start(
        service,
        child(
            service,
            programs.service(service),
            serviceEnvironment(service, port),
            any -> answers(Layout.loopback(port))));
  }

  private boolean answers(String service) {
    try {
      HttpRequest request =
          HttpRequest.newBuilder(URI.create(service + "/q/health/ready"))
              .timeout(Duration.ofSeconds(2))
              .GET()
              .build();
      return client.send(request, BodyHandlers.discarding()).statusCode() == 200;
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private Map<String, String> serviceEnvironment(Part service, int port) throws IOException {
    Map<String, String> environment = new HashMap<>();
    environment.put("QUARKUS_HTTP_PORT", String.valueOf(port));
    environment.put("LOCKKEEPER_INSTANCE", service.title() + "-" + port);
    environment.put("QUARKUS_DATASOURCE_JDBC_URL", layout.database(service));
    environment.put("QUARKUS_DATASOURCE_USERNAME", service.database());
    environment.put(
        "QUARKUS_DATASOURCE_PASSWORD", Credentials.read(credentials.databasePassword()));
    environment.put("KAFKA_BOOTSTRAP_SERVERS", layout.kafka());
    environment.put("MP_JWT_VERIFY_PUBLICKEY_LOCATION", credentials.publicKey().toUri().toString());
    environment.put("MP_JWT_VERIFY_ISSUER", Credentials.ISSUER);
    switch (service) {
      case GATE -> environment.put("LOCKKEEPER_RUNBOOKS", layout.folder("runbooks").toString());
      case ROLLOUT ->
          environment.put(
              "LOCKKEEPER_PLATFORM_SECRET", Credentials.read(credentials.secret("platform")));
      case NOTIFICATION -> {
        environment.put("LOCKKEEPER_CHANNELS_DEPLOYMENTS_URL", layout.url(Part.CHANNEL) + "/");
        environment.put(
            "LOCKKEEPER_CHANNELS_DEPLOYMENTS_SECRET",
            Credentials.read(credentials.secret("channel")));
        environment.put("LOCKKEEPER_INCIDENTS_TRACKER_URL", layout.url(Part.INCIDENTS) + "/");
        environment.put(
            "LOCKKEEPER_INCIDENTS_TRACKER_SECRET",
            Credentials.read(credentials.secret("incidents")));
      }
      default -> {}
    }
    return environment;
  }

  private void receiver(Part part, String role) throws IOException {
    start(
        part,
        programs.platform(
            role,
            Receiver.class,
            32,
            "--role",
            role,
            "--port",
            String.valueOf(layout.port(part)),
            "--secret-file",
            credentials.secret(role).toString(),
            "--file",
            layout.accepted(part).toString()));
  }

  private Child start(Part part, List<String> command) throws IOException {
    return start(part, child(part, command, Map.of(), Child::saysReady));
  }

  private Child start(Part part, Child child) throws IOException {
    Child before = children.put(part, child);
    if (before != null) {
      before.close();
    }
    if (closed) {
      throw new IOException("stopped while starting");
    }
    child.start();
    return child;
  }

  private Child child(
      Part part, List<String> command, Map<String, String> environment, Predicate<Child> ready)
      throws IOException {
    String file = fileName(part);
    return new Child(
        part.title(),
        command,
        environment,
        layout.log(file),
        pidFile(layout, part),
        ready,
        programs.makeArchives() ? ENDING_OF_FAST : Child.ENDING);
  }

  private static Path pidFile(Layout layout, Part part) throws IOException {
    return layout.folder("run").resolve(fileName(part) + ".pid");
  }

  private static String fileName(Part part) {
    return Part.SERVICES.contains(part)
        ? part.title()
        : part.name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');
  }

  /// The demo's runbook with the addresses of this installation; a team's own files in the folder
  /// stay.
  private void copyRunbooks() throws IOException {
    try (@Nullable InputStream template =
        LocalStack.class.getResourceAsStream("/demo-canary.yaml")) {
      if (template == null) {
        throw new IOException("demo-canary.yaml is missing in the quickstart's jar");
      }
      String text =
          new String(template.readAllBytes(), StandardCharsets.UTF_8)
              .replace("${target}", layout.url(Part.TARGET))
              .replace("${stable}", layout.url(Part.STABLE))
              .replace("${candidate}", layout.url(Part.CANDIDATE));
      Files.writeString(layout.folder("runbooks").resolve("demo-canary.yaml"), text);
    }
  }
}
