package io.lockkeeper.monitor.judge;

/// How much what one event comes to varies: the squared coefficient of variation, learned from how
/// much the means of successive blocks of events differ, so that slow drift hardly counts. Nothing
/// is left out as too wild: values have heavy tails, and these are what a mean must be allowed.
final class Variation {

  /// Fewer events have no mean that is anywhere near normal.
  static final double BLOCK = 20;

  private double worth;
  private double sum;
  private double amount;
  private double events;
  private double last = Double.NaN;
  private double lastEvents;

  /// @param prior  what is believed before anything was seen
  /// @param blocks how many blocks that belief is worth
  Variation(double prior, double blocks) {
    worth = blocks;
    sum = prior * blocks;
  }

  /// Adds what so many events came to.
  void add(double came, double of) {
    amount += came;
    events += of;
    if (events < BLOCK) {
      return;
    }
    double now = amount / events;
    if (now > 0 && last > 0) {
      double difference = StrictMath.log(now / last);
      sum += difference * difference / (1 / events + 1 / lastEvents);
      worth++;
    }
    last = now;
    lastEvents = events;
    amount = 0;
    events = 0;
  }

  double squared() {
    return sum / worth;
  }
}
