package io.lockkeeper.journal;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.jboss.logging.Logger;

/// Asks the database every few seconds for what the metrics show of it; a scrape only reads the
/// last answer. How old that is has a gauge of its own, because a number that nobody renews looks
/// like one at rest; when the database cannot be asked there are no numbers.
///
/// It runs in the thread that also forgets old releases, and not in those of relay and alarms,
/// whose standstill it has to show.
final class Sampling {

  private static final Logger LOG = Logger.getLogger(Sampling.class);

  private static final Duration BETWEEN = Duration.ofSeconds(5);
  private static final int LONGEST_QUERY_SECONDS = 5;

  private final DataSource dataSource;
  private final List<Sampled> all = new ArrayList<>();
  private volatile long answered = System.nanoTime();

  /// A census and its last answer; none when it could not be asked.
  private static final class Sampled {
    private final Census census;
    private volatile List<Double> answer = List.of();

    Sampled(Census census) {
      this.census = census;
    }

    double number(int index) {
      List<Double> last = answer;
      return last.isEmpty() ? Double.NaN : last.get(index);
    }
  }

  /// Publishes these numbers; they are there from the first [#sample] on.
  Sampling(DataSource dataSource, MeterRegistry registry, List<Census> censuses) {
    this.dataSource = dataSource;
    for (Census census : censuses) {
      Sampled sampled = new Sampled(census);
      all.add(sampled);
      for (int i = 0; i < census.gauges().size(); i++) {
        publish(registry, census.gauges().get(i), sampled, i);
      }
    }
    Gauge.builder("lockkeeper.sample.age", this, Sampling::age)
        .description("How long ago the database was asked for the numbers that come from it")
        .baseUnit("seconds")
        .register(registry);
  }

  /// Starts asking.
  void start(ScheduledExecutorService timer) {
    timer.scheduleWithFixedDelay(this::sample, 0, BETWEEN.toSeconds(), TimeUnit.SECONDS);
  }

  /// Asks now.
  void sample() {
    try (Connection connection = dataSource.getConnection()) {
      for (Sampled sampled : all) {
        sampled.answer = ask(connection, sampled.census);
      }
      answered = System.nanoTime();
    } catch (SQLException | RuntimeException e) {
      all.forEach(sampled -> sampled.answer = List.of());
      LOG.debugf(e, "the numbers for metrics are asked for again");
    }
  }

  private double age() {
    return (System.nanoTime() - answered) / 1e9;
  }

  private static List<Double> ask(Connection connection, Census census) throws SQLException {
    try (PreparedStatement select = connection.prepareStatement(census.sql())) {
      select.setQueryTimeout(LONGEST_QUERY_SECONDS);
      try (ResultSet row = select.executeQuery()) {
        row.next();
        List<Double> numbers = new ArrayList<>();
        for (int i = 1; i <= census.gauges().size(); i++) {
          numbers.add(row.getDouble(i));
        }
        return numbers;
      }
    }
  }

  private static void publish(
      MeterRegistry registry, Census.Gauge gauge, Sampled sampled, int index) {
    Gauge.builder(gauge.name(), sampled, it -> it.number(index))
        .description(gauge.description())
        .baseUnit(gauge.unit().isEmpty() ? null : gauge.unit())
        .tags(gauge.tags())
        .register(registry);
  }
}
