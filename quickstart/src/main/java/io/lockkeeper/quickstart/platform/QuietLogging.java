package io.lockkeeper.quickstart.platform;

/// Keeps the broker's and the database launcher's logging to warnings. Only for processes of our
/// own:
/// in tests the logging belongs to whoever runs them.
final class QuietLogging {

  private static final String LEVEL = "org.slf4j.simpleLogger.defaultLogLevel";

  private QuietLogging() {}

  /// Must come before the first class that logs is loaded. A level given on the command line stays.
  static void set() {
    if (System.getProperty(LEVEL) == null) {
      System.setProperty(LEVEL, "warn");
    }
    System.setProperty("org.slf4j.simpleLogger.showDateTime", "true");
    // These warn at every start that they start, and at every end that they end.
    for (String usual :
        new String[] {
          "org.apache.kafka.controller.QuorumController", "org.apache.kafka.clients.NetworkClient"
        }) {
      System.setProperty("org.slf4j.simpleLogger.log." + usual, "error");
    }
  }
}
