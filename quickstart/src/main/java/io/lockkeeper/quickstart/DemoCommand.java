package io.lockkeeper.quickstart;

import io.lockkeeper.events.Outcome;
import io.lockkeeper.events.ReleaseId;
import io.lockkeeper.quickstart.ci.Services;
import io.lockkeeper.quickstart.demo.AuditClient;
import io.lockkeeper.quickstart.demo.DemoShop;
import io.lockkeeper.quickstart.demo.ReleaseRequests;
import io.lockkeeper.quickstart.demo.Story;
import io.lockkeeper.quickstart.demo.Version;
import io.lockkeeper.quickstart.local.Layout;
import io.lockkeeper.quickstart.local.LocalStack;
import io.lockkeeper.quickstart.local.Part;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// Everything up, a good release to the end, a bad one back, and the logs of both.
@Command(
    name = "demo",
    description = "Takes a good release of a demo shop to the end and a bad one back, for real.",
    mixinStandardHelpOptions = true)
final class DemoCommand implements Callable<Integer> {

  private static final Duration PATIENCE = Duration.ofMinutes(5);

  @Mixin private Lockkeeper.Where where = new Lockkeeper.Where();

  @Option(
      names = "--once",
      description = "End after the stories: 0 when both ended as they should, else 1")
  private boolean once;

  @Override
  public Integer call() throws IOException, InterruptedException {
    // What an earlier demo released and took back would be another story (R2).
    Running running = Running.start(LocalStack.fresh(where.demoLayout()));
    LocalStack stack = running.stack();
    running.say("starting the demo shop: version 1.4.2, 200 requests a second");
    DemoShop shop = DemoShop.open(stack, Version.good("1.4.2"));
    String token = stack.credentials().token("demo", Set.of("viewer"), Duration.ofHours(12));
    AuditClient audit = new AuditClient(stack.layout().url(Part.AUDIT), token);
    Story story = new Story(services(stack.layout(), token), audit, running.progress());
    boolean asItShould;
    try (ReleaseRequests requests = new ReleaseRequests(stack.layout().kafka())) {
      Version good = Version.good("1.5.0");
      ReleaseId first = ask(running, requests, shop, good, "a good release, 1.5.0");
      Outcome goodEnd = story.follow(first, PATIENCE);
      running.say("1.5.0 ended: " + goodEnd);
      if (goodEnd == Outcome.VERIFIED) {
        shop.promote(good);
      }
      Version bad = Version.bad("1.6.0");
      ReleaseId second =
          ask(running, requests, shop, bad, "a bad release, 1.6.0: 2 % errors, a fifth slower");
      Outcome badEnd = story.follow(second, PATIENCE);
      running.say("1.6.0 ended: " + badEnd);
      System.out.println();
      System.out.println(audit.markdown(first));
      System.out.println();
      System.out.println(audit.markdown(second));
      asItShould = goodEnd == Outcome.VERIFIED && badEnd == Outcome.ROLLED_BACK;
    }
    running.say("the shop's customers counted " + shop.customerWords());
    running.say(
        asItShould
            ? "the good release is verified, the bad one rolled back"
            : "something did not end as it should");
    if (once) {
      return asItShould ? 0 : 1;
    }
    running.say("everything keeps running; Ctrl-C stops it. Kafka: " + stack.layout().kafka());
    running.say("for a token: ./lockkeeper token NAME ROLE..." + stack.layout().options());
    return running.untilInterrupted();
  }

  private static Services services(Layout layout, String token) {
    return new Services(
        URI.create(layout.url(Part.GATE)),
        URI.create(layout.url(Part.ROLLOUT)),
        URI.create(layout.url(Part.AUDIT)),
        token);
  }

  private static ReleaseId ask(
      Running running, ReleaseRequests requests, DemoShop shop, Version candidate, String what)
      throws IOException, InterruptedException {
    shop.prepare(candidate);
    running.say("CI asks for " + what);
    return requests.request(UUID.randomUUID().toString(), candidate, shop.stable());
  }
}
