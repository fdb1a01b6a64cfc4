package io.lockkeeper.quickstart.local;

import io.lockkeeper.quickstart.wire.Loopback;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;

/// Where everything of one local installation stands: folders, files, ports. All on 127.0.0.1.
///
/// @param home     the folder of the repository, with the packaged services
/// @param data     the folder that survives restarts
/// @param basePort the ports are the 15 after this one
public record Layout(Path home, Path data, int basePort) {

  /// The base port when nothing else is said: the services are on 8081 to 8085.
  public static final int BASE_PORT = 8080;

  /// The data folder when nothing else is said, in the repository.
  public static final String DATA = ".lockkeeper";

  public Layout {
    if (basePort < 1024 || basePort > 65_000) {
      throw new IllegalArgumentException("the base port is between 1024 and 65000");
    }
    home = home.toAbsolutePath().normalize();
    data = data.toAbsolutePath().normalize();
  }

  /// The port of a part.
  public int port(Part part) {
    return basePort + 1 + part.ordinal();
  }

  /// The options by which a command finds this installation, each after a space; none for the one
  /// that it finds anyway.
  public String options() {
    return (basePort == BASE_PORT ? "" : " --base-port " + basePort)
        + (data.equals(home.resolve(DATA)) ? "" : " --data " + data);
  }

  /// `http://127.0.0.1:PORT` of a part.
  public String url(Part part) {
    return loopback(port(part));
  }

  /// `http://127.0.0.1:PORT`.
  static String loopback(int port) {
    return "http://127.0.0.1:" + port;
  }

  /// Where Kafka's clients connect.
  public String kafka() {
    return "127.0.0.1:" + port(Part.KAFKA);
  }

  /// The JDBC URL of a service's database.
  public String database(Part service) {
    return "jdbc:postgresql://127.0.0.1:" + port(Part.POSTGRES) + "/" + service.database();
  }

  /// A folder of the installation, made if it is missing.
  public Path folder(String name) throws IOException {
    return Files.createDirectories(data.resolve(name));
  }

  /// The file that a process writes what it says to.
  public Path log(String process) throws IOException {
    return folder("logs").resolve(process + ".log");
  }

  /// What a receiver accepted, one JSON line each.
  public Path accepted(Part receiver) {
    return data.resolve(receiver == Part.CHANNEL ? "channel.jsonl" : "incidents.jsonl");
  }

  /// What the shop's traffic target did, one JSON line per effect.
  public Path effects() {
    return data.resolve("target").resolve("effects.jsonl");
  }

  /// The first part whose port something else has; empty when all are free.
  public Optional<Part> taken() {
    return Arrays.stream(Part.values()).filter(part -> !Loopback.isFree(port(part))).findFirst();
  }
}
