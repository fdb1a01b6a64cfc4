package io.lockkeeper.simulation.platform;

import io.lockkeeper.events.Fact;
import io.lockkeeper.events.ReleaseId;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// `release-events`: a few partitions, each a list that only grows. A release is one key, so its
/// facts have one
/// order. Delivery is at least once; that is the readers' business.
public final class Topic {

  /// One record of the topic.
  ///
  /// @param seen       the offset of the last fact of this release that the writer had consumed; -1
  /// for none
  /// @param unreadable what of it cannot be read; null normally
  public record Delivery(
      int partition, long offset, Fact fact, long seen, @Nullable String unreadable) {}

  private final List<List<Delivery>> partitions = new ArrayList<>();
  private final List<List<Runnable>> waiting = new ArrayList<>();
  private final Consumer<Delivery> published;
  private boolean away;

  /// An empty topic.
  ///
  /// @param published told of every record, in the order of the topic
  public Topic(int partitions, Consumer<Delivery> published) {
    this.published = published;
    for (int i = 0; i < partitions; i++) {
      this.partitions.add(new ArrayList<>());
      this.waiting.add(new ArrayList<>());
    }
  }

  /// How many partitions there are.
  public int partitions() {
    return partitions.size();
  }

  /// Whether no broker answers.
  public boolean isAway() {
    return away;
  }

  /// Takes the brokers away, or brings them back.
  public void setAway(boolean away) {
    this.away = away;
    if (!away) {
      for (int partition = 0; partition < partitions(); partition++) {
        wake(partition);
      }
    }
  }

  /// Appends a fact.
  public void publish(Fact fact, long seen) {
    int partition = partitionOf(fact.release());
    List<Delivery> records = partitions.get(partition);
    Delivery delivery = new Delivery(partition, records.size(), fact, seen, null);
    records.add(delivery);
    published.accept(delivery);
    wake(partition);
  }

  /// The record at this offset; null when it is not there yet.
  public @Nullable Delivery get(int partition, long offset) {
    List<Delivery> records = partitions.get(partition);
    return offset < records.size() ? records.get((int) offset) : null;
  }

  /// The offset that the next record gets.
  public long end(int partition) {
    return partitions.get(partition).size();
  }

  /// All records of a partition.
  public List<Delivery> records(int partition) {
    return partitions.get(partition);
  }

  /// Calls back once, when there may be something new to read.
  public void whenNews(int partition, Runnable step) {
    waiting.get(partition).add(step);
  }

  /// Where the facts of this release stand.
  public int partitionOf(ReleaseId release) {
    return Math.floorMod(release.value().hashCode(), partitions.size());
  }

  private void wake(int partition) {
    List<Runnable> steps = List.copyOf(waiting.get(partition));
    waiting.get(partition).clear();
    steps.forEach(Runnable::run);
  }
}
