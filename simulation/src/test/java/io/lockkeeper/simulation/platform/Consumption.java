package io.lockkeeper.simulation.platform;

/// One replica reading one partition, record by record, for as long as it is the one assigned to
/// it. It begins
/// after the last record that its own database holds; what the group committed does not matter.
final class Consumption {

  private final Replica replica;
  private final int partition;
  private final int generation;
  private long position;

  Consumption(Replica replica, int partition, int generation, long position) {
    this.replica = replica;
    this.partition = partition;
    this.generation = generation;
    this.position = position;
  }

  void poll() {
    Service service = replica.service();
    if (!service.isAssigned(partition, generation)) {
      return;
    }
    if (service.isLagging() || service.isCutOff() && !service.topic().isAway()) {
      replica.after(replica.timeline().millis(200, 1_000), this::poll);
      return;
    }
    Topic.Delivery delivery =
        service.topic().isAway() ? null : service.topic().get(partition, position);
    if (delivery == null) {
      service
          .topic()
          .whenNews(partition, () -> replica.after(replica.timeline().millis(0, 4), this::poll));
      return;
    }
    if (service.mutation() == Mutation.OFFSET_BEFORE_TRANSACTION) {
      service.commitOffset(partition, position + 1);
    }
    replica.transact(
        () -> replica.journal().consuming(delivery),
        _ -> {
          service.commitOffset(partition, position + 1);
          position++;
          poll();
        });
  }
}
