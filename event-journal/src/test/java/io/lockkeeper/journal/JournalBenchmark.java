package io.lockkeeper.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.lockkeeper.events.EventId;
import io.lockkeeper.events.Fact;
import io.lockkeeper.events.GateEvent.GateFailed;
import io.lockkeeper.events.ReleaseEvent;
import io.lockkeeper.events.ReleaseId;
import io.lockkeeper.events.RolloutEvent.StageResumed;
import io.lockkeeper.events.Writer;
import io.lockkeeper.quickstart.platform.EmbeddedPlatform;
import io.lockkeeper.runbook.RunbookLine;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// How fast facts go through journals, and how fast the same PostgreSQL and Kafka are without them,
/// in one run of about two minutes. No test by name, so that it runs only when asked for; what it
/// measured is in `target/journal-benchmark.txt`. It fails when a fact is lost or answered twice,
/// never for being slow.
/// System property `lockkeeper.benchmark.rate`: facts per second of the first half, default 100.
@Tag("benchmark")
final class JournalBenchmark {

  private static final int RATE = Integer.getInteger("lockkeeper.benchmark.rate", 100);
  private static final int WARM_UP_FACTS = 10 * RATE;
  private static final int FACTS = 30 * RATE;
  private static final int RELEASES = 100;
  private static final int FLOOR_RECORDS = 10 * RATE;
  private static final int FACTS_OF_A_RELEASE = 40;
  private static final int BATCH = 10;
  private static final int THREADS = 8;
  private static final int RELAY_BATCH = 200;
  private static final Duration WARM_UP = Duration.ofSeconds(1);
  private static final Duration FLAT_OUT = Duration.ofSeconds(5);
  private static final Duration LONGEST = Duration.ofMinutes(2);
  private static final String INSERT = "insert into floor (data) values (?)";
  private static final byte[] BODY = new byte[300];

  private final Map<String, Object> broker =
      Map.of("bootstrap.servers", EmbeddedPlatform.shared().bootstrapServers());
  private final List<String> report = new ArrayList<>();

  /// Something to do again and again, in one thread.
  @FunctionalInterface
  private interface Work extends AutoCloseable {

    /// Does it, and says how many events or rows that was.
    int once() throws SQLException, ExecutionException, InterruptedException;

    @Override
    default void close() throws SQLException {
      // Most hold nothing.
    }
  }

  /// One row per commit, on a connection of its own.
  private record Inserts(Connection connection, PreparedStatement insert) implements Work {

    static Inserts into(String database) throws SQLException {
      Connection connection = EmbeddedPlatform.shared().databases().connectAsOwner(database);
      return new Inserts(connection, connection.prepareStatement(INSERT));
    }

    @Override
    public int once() throws SQLException {
      insert.setBytes(1, BODY);
      return insert.executeUpdate();
    }

    @Override
    public void close() throws SQLException {
      connection.close();
    }
  }

  @Test
  @DisplayName("What a journal costs beside what it stands on")
  void measure() throws IOException, SQLException, ExecutionException, InterruptedException {
    String bare = bareDatabase();
    say("%d processors, Java %s", Runtime.getRuntime().availableProcessors(), Runtime.version());
    say("PostgreSQL: fsync %s", fsync(bare));
    load();
    latency(bare);
    say("");
    say("per second, %d s each", FLAT_OUT.toSeconds());
    say("floor: rows, one per commit, 1 connection      %7.0f", inserts(bare, 1));
    say("floor: rows, one per commit, %d connections     %7.0f", THREADS, inserts(bare, THREADS));
    produced(1);
    produced(RELAY_BATCH);
    throughput();
    load();
    Files.write(Path.of("target", "journal-benchmark.txt"), report);
  }

  private void load() {
    double load = ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage();
    say("load average %.1f", load);
  }

  private void say(String format, Object... arguments) {
    String line = format.formatted(arguments);
    report.add(line);
    System.out.println(line);
  }

  // --- at a steady rate ------------------------------------------------------------------------

  // The floor before and after, since other work on the machine comes and goes.
  private void latency(String bare) throws SQLException {
    List<Long> heard = new ArrayList<>();
    List<Long> written = new ArrayList<>();
    hop(bare, new ArrayList<>(), new ArrayList<>());
    hop(bare, heard, written);
    List<Long> fromCommit = new ArrayList<>();
    List<Long> fromCall = new ArrayList<>();
    double rate = answered(fromCommit, fromCall);
    hop(bare, heard, written);
    say("");
    say("latency at %d/s in ms                            p50     p95     p99     max", RATE);
    say("floor: send -> heard                        %s", times(heard));
    say("floor: send -> heard -> row committed       %s", times(written));
    say("fact committed -> next service's committed  %s", times(fromCommit));
    say("fact asked for -> next service's committed  %s", times(fromCall));
    say("facts %d, achieved %.1f/s", fromCommit.size(), rate);
  }

  private static String times(List<Long> nanos) {
    long[] sorted = nanos.stream().mapToLong(Long::longValue).sorted().toArray();
    StringBuilder line = new StringBuilder();
    for (double quantile : new double[] {0.5, 0.95, 0.99, 1}) {
      int rank = (int) Math.ceil(quantile * sorted.length) - 1;
      line.append(String.format(Locale.ROOT, "%7.2f ", sorted[rank] / 1e6));
    }
    return line.toString();
  }

  // The whole way without a journal: one record to Kafka, and one row written by who hears it.
  private void hop(String bare, List<Long> heard, List<Long> written) throws SQLException {
    TestTopic topic = new TestTopic();
    AtomicLongArray sent = new AtomicLongArray(FLOOR_RECORDS);
    AtomicInteger done = new AtomicInteger();
    try (Producer<String, byte[]> producer = Relay.producer(broker);
        ExecutorService hearing = Executors.newSingleThreadExecutor()) {
      Future<?> hearer = hearing.submit(() -> hear(bare, topic, sent, heard, written, done));
      paced(
          FLOOR_RECORDS,
          number -> {
            sent.set(number, System.nanoTime());
            producer.send(new ProducerRecord<>(topic.name(), String.valueOf(number), BODY));
          });
      await().atMost(LONGEST).until(() -> done.get() == FLOOR_RECORDS || hearer.isDone());
      assertThat(done).hasValue(FLOOR_RECORDS);
    }
  }

  private Void hear(
      String bare,
      TestTopic topic,
      AtomicLongArray sent,
      List<Long> heard,
      List<Long> written,
      AtomicInteger done)
      throws SQLException {
    Map<String, Object> config =
        Map.of(
            "bootstrap.servers",
            EmbeddedPlatform.shared().bootstrapServers(),
            "enable.auto.commit",
            false,
            "auto.offset.reset",
            "earliest");
    try (Inserts inserts = Inserts.into(bare);
        KafkaConsumer<String, byte[]> consumer =
            new KafkaConsumer<>(config, new StringDeserializer(), new ByteArrayDeserializer())) {
      consumer.assign(TestTopic.partitions(topic.name()));
      while (done.get() < FLOOR_RECORDS) {
        for (var record : consumer.poll(Duration.ofMillis(50))) {
          long begin = sent.get(Integer.parseInt(record.key()));
          heard.add(System.nanoTime() - begin);
          inserts.once();
          written.add(System.nanoTime() - begin);
          done.incrementAndGet();
        }
      }
    }
    return null;
  }

  // Gate's facts, and rollout's answer to each: two services, two databases, one topic.
  private double answered(List<Long> fromCommit, List<Long> fromCall) {
    TestTopic topic = new TestTopic();
    Map<EventId, Long> called = new ConcurrentHashMap<>();
    Map<EventId, Long> committed = new ConcurrentHashMap<>();
    Map<EventId, Long> answered = new ConcurrentHashMap<>();
    AtomicInteger answers = new AtomicInteger();
    Set<EventId> measured = ConcurrentHashMap.newKeySet();
    List<ReleaseId> releases = IntStream.range(0, RELEASES).mapToObj(_ -> release()).toList();
    try (Replica gate = gate(topic).started();
        Replica rollout = rollout(topic)) {
      gate.journal()
          .onCommitted(
              turn -> turn.own().forEach(fact -> committed.put(fact.id(), System.nanoTime())));
      rollout
          .journal()
          .onCommitted(
              turn -> {
                for (Fact answer : turn.own()) {
                  answered.put(answer.cause(), System.nanoTime());
                  answers.incrementAndGet();
                }
              });
      rollout.consuming();
      paced(WARM_UP_FACTS, _ -> gate.journal().record(release(), JournalBenchmark::one));
      await().atMost(LONGEST).until(() -> answers.get() >= WARM_UP_FACTS);
      long begin = System.nanoTime();
      paced(
          FACTS,
          number -> {
            long call = System.nanoTime();
            ReleaseId release = releases.get(number % RELEASES);
            for (Fact fact : gate.journal().record(release, JournalBenchmark::one)) {
              called.put(fact.id(), call);
              measured.add(fact.id());
            }
          });
      final double rate = FACTS * 1e9 / (System.nanoTime() - begin);
      await().atMost(LONGEST).until(() -> answers.get() >= WARM_UP_FACTS + FACTS);
      assertThat(answers).hasValue(WARM_UP_FACTS + FACTS);
      assertThat(measured).hasSize(FACTS);
      assertThat(answered.keySet()).containsAll(measured);
      for (EventId fact : measured) {
        fromCommit.add(answered.get(fact) - committed.get(fact));
        fromCall.add(answered.get(fact) - called.get(fact));
      }
      return rate;
    }
  }

  // In other threads, so that one that takes long does not hold up the next.
  private static void paced(int count, IntConsumer action) {
    try (ExecutorService pool = Executors.newFixedThreadPool(4)) {
      long begin = System.nanoTime();
      for (int number = 0; number < count; number++) {
        long at = begin + number * (1_000_000_000L / RATE);
        while (System.nanoTime() < at) {
          LockSupport.parkNanos(at - System.nanoTime());
        }
        int which = number;
        pool.execute(() -> action.accept(which));
      }
    }
  }

  // --- flat out --------------------------------------------------------------------------------

  private double inserts(String bare, int threads) throws ExecutionException, InterruptedException {
    return perSecond(threads, () -> Inserts.into(bare));
  }

  private void produced(int atOnce) throws ExecutionException, InterruptedException {
    TestTopic topic = new TestTopic();
    try (Producer<String, byte[]> producer = Relay.producer(broker)) {
      double rate =
          perSecond(
              1,
              () ->
                  () -> {
                    List<Future<?>> sent = new ArrayList<>();
                    for (int number = 0; number < atOnce; number++) {
                      sent.add(producer.send(new ProducerRecord<>(topic.name(), BODY)));
                    }
                    for (Future<?> acknowledgement : sent) {
                      acknowledgement.get();
                    }
                    return atOnce;
                  });
      say("floor: Kafka records, acks=all, %3d at once     %7.0f", atOnce, rate);
    }
  }

  // First without the relay, which then has a backlog to send, which then is a backlog to take in.
  private void throughput() throws ExecutionException, InterruptedException, SQLException {
    TestTopic topic = new TestTopic();
    Replica gate = gate(topic).opened();
    Replica rollout = rollout(topic);
    try {
      recorded(gate, 1, 1);
      recorded(gate, THREADS, 1);
      recorded(gate, 1, BATCH);
      recorded(gate, THREADS, BATCH);
      relayed(gate);
      takenIn(rollout);
    } finally {
      gate.kill();
      rollout.kill();
    }
  }

  private void recorded(Replica replica, int threads, int atOnce)
      throws ExecutionException, InterruptedException {
    double rate =
        perSecond(
            threads,
            () -> {
              ReleaseId[] now = {release()};
              int[] left = {FACTS_OF_A_RELEASE};
              return () -> {
                if (left[0] == 0) {
                  now[0] = release();
                  left[0] = FACTS_OF_A_RELEASE;
                }
                left[0] -= atOnce;
                return replica.journal().record(now[0], many(atOnce)).size();
              };
            });
    say("journal: facts, %2d a decision, %d thread(s)      %7.0f", atOnce, threads, rate);
  }

  private void relayed(Replica gate) throws SQLException {
    int backlog = unpublished(gate);
    long begin = System.nanoTime();
    gate.parts().relay().start();
    await()
        .atMost(LONGEST)
        .pollInterval(Duration.ofMillis(20))
        .until(
            () -> {
              try (Connection connection = gate.pool().getConnection()) {
                return !JournalTables.hasUnpublished(connection);
              }
            });
    double seconds = (System.nanoTime() - begin) / 1e9;
    say("relay: facts, of a backlog of %-6d            %7.0f", backlog, backlog / seconds);
  }

  private void takenIn(Replica rollout) {
    AtomicInteger answers = new AtomicInteger();
    AtomicLong begin = new AtomicLong();
    AtomicLong end = new AtomicLong();
    rollout
        .journal()
        .onCommitted(
            turn -> {
              int number = answers.addAndGet(turn.own().size());
              if (number == WARM_UP_FACTS) {
                begin.set(System.nanoTime());
              } else if (number == WARM_UP_FACTS + FACTS) {
                end.set(System.nanoTime());
              }
            });
    rollout.consuming();
    await().atMost(LONGEST).until(() -> end.get() > 0);
    double rate = FACTS * 1e9 / (end.get() - begin.get());
    say("journal: deliveries taken in and answered       %7.0f", rate);
  }

  private static double perSecond(int threads, Callable<Work> works)
      throws ExecutionException, InterruptedException {
    try (ExecutorService pool = Executors.newFixedThreadPool(threads)) {
      long begin = System.nanoTime() + WARM_UP.toNanos();
      long end = begin + FLAT_OUT.toNanos();
      List<Future<Integer>> counts =
          IntStream.range(0, threads)
              .mapToObj(_ -> pool.submit(() -> count(works, begin, end)))
              .toList();
      int sum = 0;
      for (Future<Integer> count : counts) {
        sum += count.get();
      }
      assertThat(sum).isPositive();
      return sum * 1e9 / FLAT_OUT.toNanos();
    }
  }

  private static int count(Callable<Work> works, long begin, long end) throws Exception {
    int count = 0;
    try (Work work = works.call()) {
      while (true) {
        int done = work.once();
        long now = System.nanoTime();
        if (now >= end) {
          return count;
        }
        count += now >= begin ? done : 0;
      }
    }
  }

  // --- what is measured ------------------------------------------------------------------------

  private static Replica gate(TestTopic topic) {
    return replica(topic, Writer.GATE, (_, _) -> List.of());
  }

  private static Replica rollout(TestTopic topic) {
    return replica(
        topic,
        Writer.ROLLOUT,
        (history, _) ->
            history.getLast().event() instanceof GateFailed
                ? List.of(new StageResumed())
                : List.of());
  }

  // With an alarm that is set in each transaction, as every service sets one.
  private static Replica replica(TestTopic topic, Writer writer, Decision next) {
    Instant far = Instant.parse("2099-01-01T00:00:00Z");
    Reaction reaction = new Reaction(next, _ -> Optional.of(far), (_, _) -> {});
    JournalOwner owner = new JournalOwner(writer, Set.of(Writer.GATE), reaction, _ -> {});
    return Replica.on(Replica.newDatabase(), owner, Clock.systemUTC(), topic.name());
  }

  private static ReleaseId release() {
    return new ReleaseId(UUID.randomUUID().toString());
  }

  private static List<? extends ReleaseEvent> one(List<Fact> history, Instant now) {
    return List.of(new GateFailed(RunbookLine.G1, "r".repeat(200)));
  }

  private static Decision many(int atOnce) {
    GateFailed[] facts = new GateFailed[atOnce];
    Arrays.fill(facts, new GateFailed(RunbookLine.G1, "r".repeat(200)));
    return (_, _) -> List.of(facts);
  }

  private static int unpublished(Replica replica) throws SQLException {
    try (Connection connection = replica.pool().getConnection();
        Statement statement = connection.createStatement();
        var rows = statement.executeQuery("select count(*) from unpublished")) {
      rows.next();
      return rows.getInt(1);
    }
  }

  private static String fsync(String bare) throws SQLException {
    try (Connection connection = EmbeddedPlatform.shared().databases().connectAsOwner(bare);
        Statement statement = connection.createStatement();
        var rows = statement.executeQuery("show fsync")) {
      rows.next();
      return rows.getString(1);
    }
  }

  private static String bareDatabase() throws SQLException {
    String name = "bare_" + UUID.randomUUID().toString().substring(0, 8);
    EmbeddedPlatform.shared().databases().createDatabase(name);
    try (Connection connection = EmbeddedPlatform.shared().databases().connectAsOwner(name);
        Statement statement = connection.createStatement()) {
      statement.execute(
          "create table floor (position bigint generated always as identity primary key, "
              + "data bytea not null)");
    }
    return name;
  }
}
