package io.lockkeeper.quickstart.local;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// How the programs of an installation are called: each a JVM that is small and starts fast rather
/// than running fast.
final class Programs {

  private static final int SERVICE_HEAP = 256;
  private static final int SMALLEST_YOUNG = 4;

  private final Path home;
  private final ClassArchives archives;

  private Programs(Path home, ClassArchives archives) {
    this.home = home;
    this.archives = archives;
  }

  /// The programs built in this checkout. Archives of their classes are used where there are any.
  static Programs of(Path home) {
    return new Programs(home, ClassArchives.using(archiveFolder(home)));
  }

  /// The same; services and platform write an archive of their classes when they end, if there is
  /// none of this build.
  Programs makingArchives() {
    return new Programs(home, ClassArchives.making(archiveFolder(home)));
  }

  boolean makeArchives() {
    return archives.isMaking();
  }

  /// See [ClassArchives#discard].
  void discardArchives() throws IOException {
    archives.discard();
  }

  private static Path archiveFolder(Path home) {
    return home.resolve("target/archives");
  }

  /// One of the five services.
  ///
  /// @throws IOException when it is not built
  List<String> service(Part service) throws IOException {
    Path application = home.resolve(service.title() + "/target/quarkus-app");
    Path jar = application.resolve("quarkus-run.jar");
    if (!Files.exists(jar)) {
      throw new IOException(jar + " is missing; build it with ./lockkeeper build");
    }
    List<String> command = java(SERVICE_HEAP);
    command.addAll(archives.options(service.title(), application));
    command.addAll(List.of("-jar", jar.toString()));
    return command;
  }

  /// What an installation has beside the services.
  ///
  /// @param name under which its archive is kept
  /// @param heap in MiB
  List<String> platform(String name, Class<?> program, int heap, String... arguments)
      throws IOException {
    return program(archives.options(name, jar(), libraries()), program, heap, arguments);
  }

  /// Any other program of this module.
  ///
  /// @param heap in MiB
  List<String> tool(Class<?> program, int heap, String... arguments) {
    return program(List.of(), program, heap, arguments);
  }

  private List<String> program(
      List<String> archive, Class<?> program, int heap, String... arguments) {
    List<String> command = java(heap);
    command.addAll(archive);
    String classPath = jar() + File.pathSeparator + libraries() + "/*";
    command.addAll(List.of("-cp", classPath, program.getName()));
    command.addAll(List.of(arguments));
    return command;
  }

  private Path jar() {
    return home.resolve("quickstart/target/quickstart.jar");
  }

  private Path libraries() {
    return home.resolve("quickstart/target/lib");
  }

  private static List<String> java(int heap) {
    String home = System.getProperty("java.home");
    return new ArrayList<>(
        List.of(
            Path.of(home, "bin", "java").toString(),
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-Xmx" + heap + "m",
            // What is young may not grow to a third of the heap, which would stay resident.
            "-XX:MaxNewSize=" + Math.max(SMALLEST_YOUNG, heap / 32) + "m",
            // A process without memory is of no use to anybody; one that has ended is seen.
            "-XX:+ExitOnOutOfMemoryError",
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow"));
  }
}
