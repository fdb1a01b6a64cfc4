package io.lockkeeper.journal;

import com.arjuna.ats.arjuna.common.CoordinatorEnvironmentBean;
import com.arjuna.ats.arjuna.common.ObjectStoreEnvironmentBean;
import com.arjuna.ats.internal.arjuna.objectstore.VolatileStore;
import com.arjuna.ats.internal.jta.transaction.arjunacore.TransactionSynchronizationRegistryImple;
import com.arjuna.common.internal.util.propertyservice.BeanPopulator;
import io.agroal.api.AgroalDataSource;
import io.agroal.api.configuration.AgroalConnectionPoolConfiguration.ConnectionValidator;
import io.agroal.api.configuration.supplier.AgroalDataSourceConfigurationSupplier;
import io.agroal.api.exceptionsorter.PostgreSQLExceptionSorter;
import io.agroal.api.security.NamePrincipal;
import io.agroal.api.security.SimplePassword;
import io.agroal.narayana.NarayanaTransactionIntegration;
import io.lockkeeper.quickstart.platform.EmbeddedPlatform;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import jakarta.transaction.SystemException;
import jakarta.transaction.TransactionManager;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiConsumer;
import java.util.function.UnaryOperator;
import javax.sql.DataSource;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;

/// One process of a service with a journal, without the rest of the service: its connections, its
/// journal, relay, alarms and recovery. Two on one database are two replicas.
final class Replica implements AutoCloseable {

  private static final TransactionManager TRANSACTIONS = transactions();

  private final AgroalDataSource pool;
  private final JournalParts parts;
  private final String topic;
  private final DataSource watched;
  private Thread delivery = new Thread(() -> {});

  private Replica(AgroalDataSource pool, DataSource watched, JournalParts parts, String topic) {
    this.watched = watched;
    this.pool = pool;
    this.parts = parts;
    this.topic = topic;
  }

  /// A new, empty database with the journal's tables.
  static String newDatabase() {
    String name = "journal_" + UUID.randomUUID().toString().replace("-", "").substring(0, 12);
    createDatabase(name);
    return name;
  }

  /// An empty database of this name with the journal's tables.
  static void createDatabase(String name) {
    try {
      EmbeddedPlatform.shared().databases().createDatabase(name);
      try (Connection connection = EmbeddedPlatform.shared().databases().connectAsOwner(name);
          Statement statement = connection.createStatement()) {
        statement.execute(migration());
      }
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  /// A replica on this database; nothing runs until [JournalParts#start].
  static Replica on(String database, JournalOwner owner, Clock clock, String topic) {
    return on(database, owner, clock, topic, UnaryOperator.identity());
  }

  /// The same, with something between it and the database.
  static Replica on(
      String database,
      JournalOwner owner,
      Clock clock,
      String topic,
      UnaryOperator<DataSource> between) {
    return on(
        database,
        owner,
        clock,
        topic,
        between,
        Map.of("bootstrap.servers", EmbeddedPlatform.shared().bootstrapServers()));
  }

  /// The same, with brokers of one's own.
  static Replica on(
      String database,
      JournalOwner owner,
      Clock clock,
      String topic,
      UnaryOperator<DataSource> between,
      Map<String, Object> broker) {
    AgroalDataSource pool = pool(database);
    DataSource watched = between.apply(pool);
    return new Replica(
        pool,
        watched,
        JournalParts.of(
            owner,
            watched,
            TRANSACTIONS,
            clock,
            new SimpleMeterRegistry(),
            broker,
            topic,
            Optional.of(Duration.ofDays(30)),
            List.of(),
            Optional.empty()),
        topic);
  }

  /// Its journal.
  PostgresJournal journal() {
    return parts.journal();
  }

  /// All of its parts.
  JournalParts parts() {
    return parts;
  }

  /// Its connections.
  AgroalDataSource pool() {
    return pool;
  }

  /// A journal on its connections whose commits go wrong: once, right before or right after.
  PostgresJournal losingACommit(JournalOwner owner, boolean isCommitted) {
    AtomicBoolean armed = new AtomicBoolean(true);
    TransactionManager losing =
        (TransactionManager)
            Proxy.newProxyInstance(
                Replica.class.getClassLoader(),
                new Class<?>[] {TransactionManager.class},
                (_, method, arguments) -> {
                  if (method.getName().equals("commit") && armed.getAndSet(false)) {
                    if (isCommitted) {
                      TRANSACTIONS.commit();
                    } else {
                      TRANSACTIONS.rollback();
                    }
                    throw new SystemException("the answer is lost");
                  }
                  return method.invoke(TRANSACTIONS, arguments);
                });
    Admission admission = new Admission();
    admission.open();
    return new PostgresJournal(
        owner,
        pool,
        losing,
        Clock.systemUTC(),
        admission,
        new JournalMeters(new SimpleMeterRegistry()));
  }

  /// Its connections as its journal has them, with whatever stands between.
  DataSource watched() {
    return watched;
  }

  /// Opens the journal without the topic.
  Replica opened() {
    parts.admission().open();
    return this;
  }

  /// Starts all of its parts.
  Replica started() {
    parts.start();
    return this;
  }

  /// Starts all of its parts and the consumption of all of its topic.
  Replica consuming() {
    return consuming(
        (consumer, positions) -> {
          List<TopicPartition> partitions = TestTopic.partitions(topic);
          consumer.assign(partitions);
          positions.onPartitionsAssigned(consumer, partitions);
        });
  }

  /// Starts all of its parts and the consumption of its share of the topic.
  Replica consumingAsOneOfMany() {
    return consuming(
        (consumer, positions) ->
            consumer.subscribe(
                List.of(topic),
                new ConsumerRebalanceListener() {
                  @Override
                  public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
                    positions.onPartitionsAssigned(consumer, partitions);
                  }

                  @Override
                  public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
                    // Where it stands is in the database already.
                  }
                }));
  }

  private Replica consuming(
      BiConsumer<KafkaConsumer<String, byte[]>, ConsumerPositions> beginning) {
    started();
    delivery = Thread.ofPlatform().name("deliveries").daemon().start(() -> deliver(beginning));
    return this;
  }

  // As the channel does it: begins where the database stands, and goes on in order.
  private void deliver(BiConsumer<KafkaConsumer<String, byte[]>, ConsumerPositions> beginning) {
    Map<String, Object> config =
        Map.of(
            "bootstrap.servers",
            EmbeddedPlatform.shared().bootstrapServers(),
            "group.id",
            topic,
            "enable.auto.commit",
            false,
            "auto.offset.reset",
            "earliest");
    try (KafkaConsumer<String, byte[]> consumer =
        new KafkaConsumer<>(config, new StringDeserializer(), new ByteArrayDeserializer())) {
      beginning.accept(consumer, new ConsumerPositions(pool, parts));
      while (!Thread.currentThread().isInterrupted()) {
        consumer.poll(Duration.ofMillis(50)).forEach(parts.journal()::consume);
      }
    } catch (InterruptException | JournalUnavailable e) {
      // The replica ends.
    }
  }

  /// The end of the process, as from outside: connections go, nothing is finished.
  void kill() {
    delivery.interrupt();
    pool.close();
    parts.recovery().close();
    parts.alarms().close();
    parts.relay().close();
    parts.timer().shutdownNow();
  }

  @Override
  public void close() {
    delivery.interrupt();
    parts.close();
    pool.close();
  }

  private static AgroalDataSource pool(String database) {
    try {
      return AgroalDataSource.from(
          new AgroalDataSourceConfigurationSupplier()
              .connectionPoolConfiguration(
                  pool ->
                      pool.maxSize(8)
                          .acquisitionTimeout(Duration.ofSeconds(5))
                          .idleValidationTimeout(Duration.ofSeconds(1))
                          .connectionValidator(ConnectionValidator.defaultValidator())
                          .exceptionSorter(new PostgreSQLExceptionSorter())
                          .transactionIntegration(
                              new NarayanaTransactionIntegration(
                                  TRANSACTIONS, new TransactionSynchronizationRegistryImple()))
                          .connectionFactoryConfiguration(
                              factory ->
                                  factory
                                      .jdbcUrl(
                                          EmbeddedPlatform.shared().databases().jdbcUrl(database))
                                      .principal(new NamePrincipal(database))
                                      .credential(
                                          new SimplePassword(
                                              EmbeddedPlatform.shared().databases().password())))));
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String migration() {
    try (InputStream script = Replica.class.getResourceAsStream("/db/journal/V1__journal.sql")) {
      return new String(script.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static TransactionManager transactions() {
    for (String store : new String[] {null, "stateStore", "communicationStore"}) {
      ObjectStoreEnvironmentBean bean =
          store == null
              ? BeanPopulator.getDefaultInstance(ObjectStoreEnvironmentBean.class)
              : BeanPopulator.getNamedInstance(ObjectStoreEnvironmentBean.class, store);
      bean.setObjectStoreType(VolatileStore.class.getName());
    }
    BeanPopulator.getDefaultInstance(CoordinatorEnvironmentBean.class).setDefaultTimeout(60);
    return com.arjuna.ats.jta.TransactionManager.transactionManager();
  }
}
