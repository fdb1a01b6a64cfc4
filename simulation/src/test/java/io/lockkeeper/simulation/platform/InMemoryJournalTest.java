package io.lockkeeper.simulation.platform;

import io.lockkeeper.events.EventId;
import io.lockkeeper.events.EventTypes;
import io.lockkeeper.events.Fact;
import io.lockkeeper.events.ReleaseEvent;
import io.lockkeeper.events.ReleaseId;
import io.lockkeeper.events.Unrecognised;
import io.lockkeeper.journal.Decision;
import io.lockkeeper.journal.Envelope;
import io.lockkeeper.journal.EventJournal;
import io.lockkeeper.journal.EventJson;
import io.lockkeeper.journal.FactTooLarge;
import io.lockkeeper.journal.JournalContract;
import io.lockkeeper.journal.JournalLimits;
import io.lockkeeper.journal.JournalOwner;
import io.lockkeeper.journal.UnreadableEvent;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.DisplayName;

/// What the simulation runs on keeps the promises of every journal, as the one in PostgreSQL does.
@DisplayName("The journal in memory")
final class InMemoryJournalTest extends JournalContract {

  @Override
  protected EventJournal open(JournalOwner owner, InstantSource clock) {
    SplittableRandom random = new SplittableRandom(1);
    return new OnTheWire(
        new InMemoryJournal(
            owner,
            new Database(),
            clock::instant,
            () -> id(random),
            InMemoryJournalTest::requireSmall,
            Mutation.NONE));
  }

  private static EventId id(SplittableRandom random) {
    long most = random.nextLong() & ~0xF000L | 0x7000L;
    return new EventId(new UUID(most, random.nextLong() >>> 2 | 1L << 63));
  }

  private static void requireSmall(ReleaseEvent event) {
    int bytes = EventJson.write(event).length;
    if (bytes > JournalLimits.FACT_BYTES) {
      throw new FactTooLarge(EventTypes.nameOf(event), bytes);
    }
  }

  /// The journal as others see it: records in, both halves of a transaction at once, again after a
  /// conflict.
  private static final class OnTheWire implements EventJournal {
    private final InMemoryJournal journal;

    OnTheWire(InMemoryJournal journal) {
      this.journal = journal;
    }

    @Override
    public synchronized void consume(ConsumerRecord<String, byte[]> record) {
      Envelope.of(record)
          .map(envelope -> delivery(envelope, record))
          .ifPresent(delivery -> finish(() -> journal.consuming(delivery)));
    }

    @Override
    public synchronized List<Fact> record(ReleaseId release, Decision decision) {
      return finish(() -> journal.recording(release, decision)).appended();
    }

    @Override
    public synchronized List<Fact> history(ReleaseId release) {
      return journal.history(release);
    }

    @Override
    public synchronized Optional<String> stuck(ReleaseId release) {
      return journal.stuck(release);
    }

    private Transaction finish(Supplier<Transaction> begin) {
      Transaction transaction = begin.get();
      while (!journal.commit(transaction)) {
        transaction = begin.get();
      }
      journal.tell(transaction);
      return transaction;
    }

    private static Topic.Delivery delivery(
        Envelope envelope, ConsumerRecord<String, byte[]> record) {
      byte[] value = record.value() == null ? new byte[0] : record.value();
      ReleaseEvent event =
          new Unrecognised(envelope.type(), new String(value, StandardCharsets.UTF_8));
      String unreadable = null;
      if (envelope.isMalformed()) {
        unreadable = "the headers cannot be read";
      } else {
        try {
          event = EventJson.read(envelope.type(), value);
        } catch (UnreadableEvent e) {
          unreadable = String.valueOf(e.getMessage());
        }
      }
      Long seen = envelope.seen();
      return new Topic.Delivery(
          record.partition(),
          record.offset(),
          envelope.fact(event),
          seen == null ? -1 : seen,
          unreadable);
    }
  }
}
