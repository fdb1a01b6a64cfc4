package io.lockkeeper.audit.adapter;

import io.lockkeeper.problem.ProblemException;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.infrastructure.Infrastructure;
import jakarta.inject.Singleton;
import jakarta.ws.rs.sse.OutboundSseEvent;
import jakarta.ws.rs.sse.Sse;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/// Streams of what comes into the ledger, as server-sent events: each delivery with the cursor of
/// whoever has it as its id, so that a reader that was cut off goes on behind it. Fed from the
/// table, since a replica consumes only some partitions. Runbook D5.
@Singleton
class FactStream {

  static final int MOST_STREAMS = 100;
  private static final int PORTION = 200;
  private static final Duration BETWEEN_LOOKS = Duration.ofMillis(250);

  /// So many looks without anything new are followed by a sign of life, for proxies that end silent
  /// connections.
  private static final int SILENT_LOOKS = 60;

  private final AtomicInteger streams = new AtomicInteger();

  /// What is read after a cursor, at most so many deliveries.
  @FunctionalInterface
  interface Source {
    List<Delivery> after(LedgerCursor cursor, int limit);
  }

  /// Where one reader stands.
  private static final class Reader {
    private LedgerCursor cursor;
    private int silent;

    private Reader(LedgerCursor cursor) {
      this.cursor = cursor;
    }

    private synchronized List<OutboundSseEvent> look(Source source, Sse sse) {
      List<OutboundSseEvent> events = new ArrayList<>();
      for (Delivery delivery : source.after(cursor, PORTION)) {
        cursor = cursor.with(delivery);
        events.add(
            sse.newEventBuilder().id(cursor.toString()).name("fact").data(line(delivery)).build());
      }
      silent = events.isEmpty() ? silent + 1 : 0;
      if (silent == SILENT_LOOKS) {
        silent = 0;
        events.add(sse.newEventBuilder().comment("nothing new").build());
      }
      return events;
    }
  }

  /// Everything that this source has after the cursor and gets from now on, until the reader goes.
  ///
  /// @throws ProblemException 503 when too many read already
  Multi<OutboundSseEvent> of(Source source, LedgerCursor cursor, Sse sse) {
    if (streams.incrementAndGet() > MOST_STREAMS) {
      streams.decrementAndGet();
      throw new ProblemException(
          503,
          "too-many-streams",
          "Too many streams",
          "this replica serves " + MOST_STREAMS + " already; ask another, or later");
    }
    Reader reader = new Reader(cursor);
    return Multi.createBy()
        .repeating()
        .uni(
            () ->
                Uni.createFrom()
                    .item(() -> reader.look(source, sse))
                    .runSubscriptionOn(Infrastructure.getDefaultWorkerPool()))
        .withDelay(BETWEEN_LOOKS)
        .indefinitely()
        .onItem()
        .<OutboundSseEvent>disjoint()
        .onTermination()
        .invoke(streams::decrementAndGet);
  }

  private static String line(Delivery delivery) {
    try {
      ByteArrayOutputStream line = new ByteArrayOutputStream();
      FactLine.write(delivery, line);
      return line.toString(StandardCharsets.UTF_8).strip();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
