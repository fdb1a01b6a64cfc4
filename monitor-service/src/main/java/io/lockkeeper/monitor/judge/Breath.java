package io.lockkeeper.monitor.judge;

/// How much a level goes up and down by itself, as collectors, caches and load make it: the
/// variance of its mean over a time, times that time, for one instance. Of a level that breathes
/// slowly, means over short times vary less than they seem to; so means over several spans are
/// held against each other and the worst counts. In seconds; the level is a logarithm.
final class Breath {

  /// In blocks.
  private static final int[] SPANS = {1, 4, 16};

  /// Shorter than this nothing is looked at, in seconds.
  private static final double BLOCK = 14.5;

  private static final int LONGEST = 16;

  private final double[] recent = new double[LONGEST];
  private final double[] sum = new double[SPANS.length];
  private final double[] squares = new double[SPANS.length];
  private int count;
  private double seconds;
  private double first;
  private double instances;
  private double levelSeconds;
  private double blockSeconds;

  /// Adds what so many instances showed on average over so many seconds.
  void add(double level, double of, double span) {
    levelSeconds += level * span;
    blockSeconds += span;
    instances += of * span;
    seconds += span;
    if (blockSeconds >= BLOCK) {
      close(levelSeconds / blockSeconds);
      levelSeconds = 0;
      blockSeconds = 0;
    }
  }

  private void close(double level) {
    if (count == 0) {
      first = level;
    }
    recent[count % LONGEST] = level - first;
    count++;
    for (int s = 0; s < SPANS.length; s++) {
      if (count >= SPANS[s]) {
        double mean = 0;
        for (int k = 1; k <= SPANS[s]; k++) {
          mean += recent[(count - k) % LONGEST];
        }
        mean /= SPANS[s];
        sum[s] += mean;
        squares[s] += mean * mean;
      }
    }
  }

  /// How many of the longest spans there were: what the variance rests on.
  double worth() {
    return (double) count / LONGEST;
  }

  /// Whether that is enough to know.
  boolean isKnown() {
    return worth() >= 1;
  }

  /// The variance of a mean over a second; 0 before anything was seen.
  double variance() {
    double most = 0;
    for (int s = 0; s < SPANS.length; s++) {
      int n = count - SPANS[s] + 1;
      if (n > 1) {
        double mean = sum[s] / n;
        most = Math.max(most, SPANS[s] * Math.max(0, squares[s] / n - mean * mean));
      }
    }
    return count == 0 ? 0 : most * (seconds / count) * (instances / seconds);
  }
}
