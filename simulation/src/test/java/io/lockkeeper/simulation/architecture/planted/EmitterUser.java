package io.lockkeeper.simulation.architecture.planted;

import org.eclipse.microprofile.reactive.messaging.Emitter;

/// Sends through an emitter.
final class EmitterUser {

  private EmitterUser() {}

  static void send(Emitter<String> emitter) {
    emitter.send("fact");
  }
}
