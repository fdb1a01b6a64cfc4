package io.lockkeeper.monitor.judge;

import io.lockkeeper.monitor.judge.Conditions.Mechanism;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.PriorityQueue;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// Two identical versions of a service in virtual time, event by event: customers come, wait for a
/// worker, ask a dependency that has few places, fail, try again. Nothing is drawn that a request
/// did not cause; so errors come in clusters, durations hang together, and instances differ, as in
/// the real world.
final class QueueingService {

  private static final List<Double> BOUNDS =
      List.of(0.005, 0.01, 0.02, 0.03, 0.04, 0.05, 0.065, 0.08, 0.1, 0.15, 0.25, 0.5, 1.0, 2.5);
  /// Mean of own work by page, seconds; the last is the checkout.
  private static final double[] WORK = {0.012, 0.03, 0.05};

  /// Share of the pages among the requests.
  private static final double[] PAGES = {0.5, 0.3, 0.2};

  private static final int CHECKOUT = 2;
  private static final double MEAN_WORK = 0.025;
  private static final double SPREAD = 0.5;
  private static final double BOUGHT = 0.8;
  private static final double DEPENDENCY = 0.006;
  private static final double DEPENDENCY_BUSY = 0.3;

  /// Seconds that a request waits for a worker, and for a place at the dependency.
  private static final double PATIENCE = 2;

  private static final double PATIENCE_THERE = 1;
  private static final double MEMORY = 400e6;
  private static final double CPU_OF_WORK = 0.3;
  private static final double IDLE_CPU = 0.01;
  private static final int TRIES = 3;

  private final Conditions conditions;
  private final RandomGenerator random;
  private final List<Instance> stable = new ArrayList<>();
  private final List<Instance> candidate = new ArrayList<>();
  private final PriorityQueue<Event> events =
      new PriorityQueue<>((a, b) -> Double.compare(a.at, b.at));
  private final Deque<Request> waitingThere = new ArrayDeque<>();
  private final List<Span> slow;
  private final List<Span> outages;
  private final double[] eagerness;
  private final int[] favourite;

  /// Share of the traffic that the stable version was made for, and had before the release.
  private final double alone;

  private int placesThere;
  private double now;
  private double nextArrival;

  /// Something that is so for a while, by this much.
  private record Span(double from, double to, double much) {
    boolean covers(double at) {
      return at >= from && at < to;
    }
  }

  /// What happens next to a request.
  private enum Step {
    ARRIVES,
    CALLS,
    IS_SERVED_THERE,
    ENDS
  }

  private record Event(double at, Step step, Request request) {}

  private static final class Request {
    final int customer;
    final int page;
    final int tries;
    double since;
    double calledAt;
    boolean fails;
    int life;
    @Nullable Instance on;

    Request(int customer, int page, int tries) {
      this.customer = customer;
      this.page = page;
      this.tries = tries;
    }
  }

  QueueingService(Conditions conditions, RandomGenerator random) {
    this.conditions = conditions;
    this.random = random;
    alone = conditions.stages().size() > 1 ? 1 : 1 - conditions.stages().getFirst();
    double busy = conditions.rate() * alone / conditions.control() * (MEAN_WORK + DEPENDENCY);
    int workers = Math.clamp((int) Math.ceil(busy / conditions.workload()), 2, 64);
    for (int i = 0; i < conditions.control(); i++) {
      stable.add(new Instance("stable-" + i, workers, false));
    }
    for (int i = 0; i < conditions.candidate(); i++) {
      candidate.add(new Instance("candidate-" + i, workers, true));
    }
    placesThere = Math.max(2, (int) Math.ceil(conditions.rate() * DEPENDENCY / DEPENDENCY_BUSY));
    slow = spans(Mechanism.SHARED_DEPENDENCY, 4, 10, 60, 2, 8);
    outages = spans(Mechanism.OUTAGES, 4, 4, 20, 0.05, 0.4);
    int customers = 500 + random.nextInt(4_500);
    eagerness = new double[conditions.has(Mechanism.STICKY) ? customers : 0];
    favourite = new int[eagerness.length];
    double sum = 0;
    for (int c = 0; c < eagerness.length; c++) {
      sum += Math.exp(random.nextGaussian());
      eagerness[c] = sum;
      favourite[c] = page(0);
    }
    now = -baselineSpan();
    nextArrival = now;
  }

  /// Some spans of this mechanism, none without it. They begin while a control runs: what hits
  /// everybody when none is left cannot be told from the release by anyone.
  private List<Span> spans(
      Mechanism mechanism, int most, double shortest, double longest, double least, double much) {
    var spans = new ArrayList<Span>();
    int count = conditions.has(mechanism) ? 1 + random.nextInt(most) : 0;
    for (int i = 0; i < count; i++) {
      double from = random.nextDouble() * conditions.watched();
      double to = from + shortest + random.nextDouble() * (longest - shortest);
      to = conditions.watched() < conditions.watch() ? Math.min(to, conditions.watched()) : to;
      spans.add(new Span(from, to, least + random.nextDouble() * (much - least)));
    }
    return spans;
  }

  /// One process: its workers, its state, its counters.
  private final class Instance {
    private final String name;
    private final int workers;
    private final double speed;
    private final double own;
    private final List<Double> restarts = new ArrayList<>();
    private final List<Span> neighbours;
    private final Deque<Request> waiting = new ArrayDeque<>();
    private int idle;
    private int life;
    private double startedAt = -1e6;
    private double downUntil = Double.NEGATIVE_INFINITY;
    private double pauseAt;
    private double pauseUntil = Double.NEGATIVE_INFINITY;
    private double wandering;
    private double wanderedAt = -1e6;
    private double coldest;
    private double fills = 1;
    private long requests;
    private long failed;
    private long checkouts;
    private long bought;
    private double cpu;
    private final long[] buckets = new long[BOUNDS.size() + 1];

    Instance(String name, int workers, boolean ofCandidate) {
      this.name = name;
      this.workers = workers;
      idle = workers;
      double apart = conditions.has(Mechanism.UNEQUAL) ? 0.03 : 0;
      speed = 1 + apart * (random.nextDouble() - 0.5);
      own = 1 + 0.02 * (random.nextDouble() - 0.5);
      neighbours =
          random.nextInt(3) == 0 ? spans(Mechanism.NEIGHBOUR, 1, 10, 30, 1.3, 2.5) : List.of();
      if (conditions.has(Mechanism.RESTARTS) && random.nextInt(3) == 0) {
        restarts.add(random.nextDouble() * conditions.watch());
      }
      pauseAt = random.nextDouble() * 60 - baselineSpan();
      if (ofCandidate && conditions.has(Mechanism.COLD_START)) {
        startedAt = 0;
        coldest = 0.3 + 1.2 * random.nextDouble();
        fills = 15 + 30 * random.nextDouble();
      }
    }

    boolean isUp(double at) {
      if (!restarts.isEmpty() && restarts.getFirst() <= at) {
        restarts.removeFirst();
        life++;
        downUntil = at + 2 + 8 * random.nextDouble();
        startedAt = downUntil;
        coldest = 0.5 + random.nextDouble();
        fills = 15;
        requests = 0;
        failed = 0;
        checkouts = 0;
        bought = 0;
        cpu = 0;
        idle = workers;
        waiting.clear();
        Arrays.fill(buckets, 0);
      }
      return at >= downUntil;
    }

    void take(Request request, double at) {
      request.on = this;
      request.life = life;
      request.since = at;
      if (idle > 0) {
        idle--;
        begin(request, at);
      } else {
        waiting.add(request);
      }
    }

    private void begin(Request request, double at) {
      if (conditions.has(Mechanism.PAUSES) && at >= pauseAt) {
        pauseUntil = pauseAt + 0.05 + 0.4 * random.nextDouble() * random.nextDouble();
        pauseAt += 20 + 80 * random.nextDouble();
      }
      double work =
          WORK[request.page] * Math.exp(SPREAD * random.nextGaussian() - SPREAD * SPREAD / 2);
      cpu += work * CPU_OF_WORK * own;
      double end = Math.max(at, pauseUntil) + work * slowness(at);
      request.fails = random.nextDouble() < conditions.errors();
      boolean calls = conditions.has(Mechanism.SHARED_DEPENDENCY);
      events.add(new Event(end, calls ? Step.CALLS : Step.ENDS, request));
    }

    /// What takes its part in how long a request takes here at this time.
    private double slowness(double at) {
      double slowness = speed * (1 + coldest * Math.exp(-(at - startedAt) / fills));
      for (var neighbour : neighbours) {
        slowness *= neighbour.covers(at) ? neighbour.much() : 1;
      }
      if (conditions.has(Mechanism.WANDERING)) {
        if (at - wanderedAt > 1) {
          double kept = Math.exp(-(at - wanderedAt) / 90);
          double sd = 0.01 * Math.sqrt(Math.max(0, 1 - kept * kept));
          wandering = wandering * kept + sd * random.nextGaussian();
          wanderedAt = at;
        }
        slowness *= Math.exp(wandering);
      }
      return slowness;
    }

    void end(Request request, double at) {
      for (var outage : outages) {
        request.fails |= outage.covers(at) && random.nextDouble() < outage.much();
      }
      count(request, at - request.since, request.fails);
      idle++;
      while (idle > 0 && !waiting.isEmpty()) {
        var next = waiting.remove();
        if (at - next.since > PATIENCE) {
          count(next, PATIENCE, true);
          retry(next, at);
        } else {
          idle--;
          begin(next, at);
        }
      }
    }

    private void count(Request request, double took, boolean fails) {
      int bucket = 0;
      while (bucket < BOUNDS.size() && took > BOUNDS.get(bucket)) {
        bucket++;
      }
      buckets[bucket]++;
      requests++;
      failed += fails ? 1 : 0;
      if (request.page == CHECKOUT) {
        checkouts++;
        bought += !fails && random.nextDouble() < BOUGHT ? 1 : 0;
      }
    }

    Sample scrape() {
      var cumulative = new ArrayList<Long>();
      long sum = 0;
      for (long count : buckets) {
        sum += count;
        cumulative.add(sum);
      }
      double running = now - Math.max(startedAt, -baselineSpan());
      double filled = 1 - 0.3 * Math.exp(-Math.clamp((now - startedAt) / 60, 0, 700));
      double breath = 1 + 0.01 * Math.sin(now / 37 + own * 1000);
      return Sample.of(name)
          .withErrors(requests, failed)
          .withTrials("orders", new Trials(checkouts, checkouts - bought))
          .withDuration(Signal.DURATION, new Histogram(BOUNDS, cumulative))
          .withResources(cpu + IDLE_CPU * running, MEMORY * own * filled * breath);
    }
  }

  Baseline baseline(JudgeSettings settings) {
    var scrapes = new ArrayList<Baseline.Scrape>();
    scrapes.add(new Baseline.Scrape(instant(), samples(stable)));
    while (now < -conditions.interval() / 2) {
      run(0);
      scrapes.add(new Baseline.Scrape(instant(), samples(stable)));
    }
    return Baseline.of(scrapes, settings.signals());
  }

  /// Everything until the next look, and the look.
  Look look() {
    double weight = conditions.weight(now);
    run(weight);
    return new Look(instant(), weight, samples(stable), samples(candidate));
  }

  boolean ends() {
    return now >= conditions.watch();
  }

  private List<Sample> samples(List<Instance> instances) {
    return instances.stream().filter(instance -> instance.isUp(now)).map(Instance::scrape).toList();
  }

  private void run(double weight) {
    double until = now + conditions.interval();
    while (true) {
      var event = events.peek();
      if (event != null && event.at <= Math.min(nextArrival, until)) {
        events.remove();
        happen(event, weight);
      } else if (nextArrival <= until) {
        double at = nextArrival;
        nextArrival = at + random.nextExponential() / load(at);
        int customer = customer();
        arrive(new Request(customer, page(customer, at), 1), at, weight);
      } else {
        now = until;
        return;
      }
    }
  }

  private void happen(Event event, double weight) {
    var request = event.request;
    double at = event.at;
    switch (event.step) {
      case ARRIVES -> arrive(request, at, weight);
      case CALLS -> {
        request.calledAt = at;
        if (placesThere > 0) {
          placesThere--;
          serveThere(request, at);
        } else {
          waitingThere.add(request);
        }
      }
      case IS_SERVED_THERE -> {
        placesThere++;
        end(request, at);
        while (placesThere > 0 && !waitingThere.isEmpty()) {
          var next = waitingThere.remove();
          if (at - next.calledAt > PATIENCE_THERE) {
            next.fails = true;
            end(next, at);
          } else {
            placesThere--;
            serveThere(next, at);
          }
        }
      }
      case ENDS -> end(request, at);
    }
  }

  private void serveThere(Request request, double at) {
    double takes = DEPENDENCY * Math.exp(SPREAD * random.nextGaussian());
    for (var span : slow) {
      takes *= span.covers(at) ? span.much() : 1;
    }
    events.add(new Event(at + takes, Step.IS_SERVED_THERE, request));
  }

  private void end(Request request, double at) {
    var instance = request.on;
    // What an instance had under way when it was lost is lost with it.
    if (instance != null && instance.life == request.life) {
      instance.end(request, at);
      if (request.fails) {
        retry(request, at);
      }
    }
  }

  private void retry(Request request, double at) {
    if (conditions.has(Mechanism.RETRIES) && request.tries < TRIES) {
      var next = new Request(request.customer, request.page, request.tries + 1);
      next.on = request.on;
      events.add(new Event(at + 0.1 * request.tries, Step.ARRIVES, next));
    }
  }

  /// A new request goes to either version, one that is tried again to the version that failed it.
  private void arrive(Request request, double at, double weight) {
    boolean toCandidate;
    if (request.on != null) {
      toCandidate = candidate.contains(request.on) && weight > 0;
    } else if (eagerness.length > 0) {
      toCandidate = Math.floorMod(request.customer * 0x9E3779B9L >>> 8, 1_000) < weight * 1_000;
    } else {
      toCandidate = random.nextDouble() < weight;
    }
    var instances = toCandidate ? candidate : stable;
    int first = random.nextInt(instances.size());
    for (int i = 0; i < instances.size(); i++) {
      var instance = instances.get((first + i) % instances.size());
      if (instance.isUp(at)) {
        instance.take(request, at);
        return;
      }
    }
  }

  private double load(double at) {
    double load = conditions.rate() * (at < 0 ? alone : 1);
    if (conditions.has(Mechanism.SEASON)) {
      load *= 1 + 0.5 * Math.sin(2 * Math.PI * at / conditions.watch());
    }
    if (conditions.has(Mechanism.BURSTS) && Math.floorMod((long) at, 97) < 8) {
      load *= 3;
    }
    return load;
  }

  private int customer() {
    if (eagerness.length == 0) {
      return 0;
    }
    int found =
        Arrays.binarySearch(eagerness, random.nextDouble() * eagerness[eagerness.length - 1]);
    return found < 0 ? Math.min(eagerness.length - 1, -found - 1) : found;
  }

  /// What this customer asks for: every third time their favourite.
  private int page(int customer, double at) {
    return eagerness.length > 0 && random.nextInt(3) == 0
        ? favourite[customer]
        : page(conditions.has(Mechanism.MIX) ? 0.1 * Math.max(0, at) / conditions.watch() : 0);
  }

  private int page(double drift) {
    double draw = random.nextDouble();
    return draw < PAGES[0] - drift ? 0 : draw < PAGES[0] + PAGES[1] - drift ? 1 : CHECKOUT;
  }

  private double baselineSpan() {
    return Math.max(60, 40 * conditions.interval());
  }

  private Instant instant() {
    return SimulatedService.START.plusMillis(Math.round(now * 1000));
  }
}
