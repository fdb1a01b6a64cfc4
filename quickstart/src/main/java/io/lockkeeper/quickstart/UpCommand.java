package io.lockkeeper.quickstart;

import io.lockkeeper.quickstart.demo.DemoShop;
import io.lockkeeper.quickstart.demo.Version;
import io.lockkeeper.quickstart.local.LocalStack;
import io.lockkeeper.quickstart.local.Part;
import java.io.IOException;
import java.util.concurrent.Callable;
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
      description = "Also the demo shop, with 1.4.2 in production and 1.5.0 ready to be released")
  private boolean shop;

  @Override
  public Integer call() throws IOException, InterruptedException {
    Running running = Running.start(LocalStack.of(where.layout()));
    LocalStack stack = running.stack();
    if (shop) {
      running.say("the demo shop and its customers");
      DemoShop open = DemoShop.open(stack, Version.good("1.4.2"));
      open.prepare(Version.good("1.5.0"));
    }
    running.say("ready. Ctrl-C stops everything; what it keeps is in " + stack.layout().data());
    for (Part service : Part.SERVICES) {
      System.out.printf("  %-21s %s%n", service.title(), stack.layout().url(service));
    }
    System.out.printf("  %-21s %s%n", "Kafka", stack.layout().kafka());
    return running.untilInterrupted();
  }
}
