package io.lockkeeper.quickstart.wire;

import java.util.function.Consumer;

/// Where somebody reads how something goes that takes a while.
public interface Progress {

  /// Something that has happened or begins now.
  void step(String line);

  /// What it waits for now, in one line; empty when it is over.
  void waits(String line);

  /// Tells steps only.
  static Progress ofSteps(Consumer<String> steps) {
    return new Progress() {
      @Override
      public void step(String line) {
        steps.accept(line);
      }

      @Override
      public void waits(String line) {}
    };
  }
}
