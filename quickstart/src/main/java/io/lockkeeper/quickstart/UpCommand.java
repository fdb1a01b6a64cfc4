package io.lockkeeper.quickstart;

import io.lockkeeper.quickstart.demo.AuditClient;
import io.lockkeeper.quickstart.demo.NextVersions;
import io.lockkeeper.quickstart.local.Layout;
import io.lockkeeper.quickstart.local.LocalStack;
import io.lockkeeper.quickstart.local.Part;
import java.io.IOException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// Brings everything up and keeps it running.
@Command(
    name = "up",
    description = "Brings everything up and keeps it running until Ctrl-C.",
    mixinStandardHelpOptions = true)
final class UpCommand implements Callable<Integer> {

  @Mixin private Lockkeeper.Where where = new Lockkeeper.Where();

  @Option(
      names = "--shop",
      description =
          "Also the demo shop, with 1.4.2 in production at first and the next version ready to be released")
  private boolean shop;

  @Option(
      names = "--fast",
      description =
          "Start in half the time, from the second start on: the first stop then takes half a minute"
              + " longer, to keep what the programs have loaded")
  private boolean fast;

  private static final Duration TOKEN = Duration.ofDays(365);

  @Override
  public Integer call() throws IOException, InterruptedException {
    Running running =
        Running.start(fast ? LocalStack.of(where.layout()).fast() : LocalStack.of(where.layout()));
    LocalStack stack = running.stack();
    @Nullable NextVersions versions = null;
    if (shop) {
      running.say("the demo shop and its customers");
      String token = stack.credentials().token("shop", Set.of("viewer"), TOKEN);
      versions = NextVersions.open(stack, new AuditClient(stack.layout().url(Part.AUDIT), token));
    }
    running.say("ready. Ctrl-C stops everything; what it keeps is in " + stack.layout().data());
    for (Part service : Part.SERVICES) {
      System.out.printf("  %-21s %s%n", service.title(), stack.layout().url(service));
    }
    System.out.printf("  %-21s %s%n", "Kafka", stack.layout().kafka());
    if (versions == null) {
      return running.untilInterrupted();
    }
    NextVersions kept = versions;
    tell(running, kept);
    return running.untilInterrupted(() -> moveOn(running, kept));
  }

  private static void moveOn(Running running, NextVersions versions) throws InterruptedException {
    try {
      if (versions.moveOn()) {
        tell(running, versions);
      }
    } catch (IOException e) {
      // audit-service is away or starts again; the next look tells.
    }
  }

  private static void tell(Running running, NextVersions versions) {
    Layout layout = running.stack().layout();
    running.say(
        "the shop runs %s; %s is ready: ./lockkeeper release %s%s"
            .formatted(
                versions.running().name(),
                versions.candidate().name(),
                versions.requestFile(),
                layout.options()));
    System.out.printf(
        "  to see it taken back, let it fail meanwhile: curl -d '{\"errorRatio\":0.1}' %s/faults%n",
        layout.url(Part.CANDIDATE));
  }
}
