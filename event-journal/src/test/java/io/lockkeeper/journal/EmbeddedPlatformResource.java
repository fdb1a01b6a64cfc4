package io.lockkeeper.journal;

import io.lockkeeper.quickstart.platform.EmbeddedPlatform;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;
import java.sql.SQLException;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;

/// Gives a service under test what it runs on: an empty database of its own, Kafka with all topics,
/// and a key pair for tokens. All test classes of a module share it.
///
/// Init arguments: `database`, the beginning of the database's name, default `service`; every other
/// one is passed on as configuration.
public final class EmbeddedPlatformResource implements QuarkusTestResourceLifecycleManager {

  private static final String DATABASE = "database";
  private static final int KEY_BITS = 2048;

  private static final Map<String, Map<String, String>> STARTED = new HashMap<>();

  private Map<String, String> arguments = Map.of();

  @Override
  public void init(Map<String, String> initArgs) {
    arguments = Map.copyOf(initArgs);
  }

  @Override
  public Map<String, String> start() {
    Map<String, String> config = new HashMap<>(arguments);
    config.remove(DATABASE);
    // So that a test comes to the limit on the busiest machine, too.
    config.putIfAbsent("lockkeeper.requests.per-second", "10");
    config.putAll(platform(arguments.getOrDefault(DATABASE, "service")));
    return config;
  }

  @Override
  public void stop() {
    // The platform ends with the JVM, since the next class uses it.
  }

  private static synchronized Map<String, String> platform(String database) {
    return STARTED.computeIfAbsent(database, EmbeddedPlatformResource::startFor);
  }

  private static Map<String, String> startFor(String prefix) {
    EmbeddedPlatform platform = EmbeddedPlatform.shared();
    String database = prefix + "_" + UUID.randomUUID().toString().substring(0, 8);
    try {
      platform.databases().createDatabase(database);
    } catch (SQLException e) {
      throw new IllegalStateException("no database " + database, e);
    }
    Map<String, String> config = new HashMap<>();
    config.put("quarkus.datasource.jdbc.url", platform.databases().jdbcUrl(database));
    config.put("quarkus.datasource.username", database);
    config.put("quarkus.datasource.password", platform.databases().password());
    config.put("kafka.bootstrap.servers", platform.bootstrapServers());
    KeyPair keys = keyPair();
    config.put("smallrye.jwt.sign.key", pem("PRIVATE KEY", keys.getPrivate().getEncoded()));
    config.put("mp.jwt.verify.publickey", pem("PUBLIC KEY", keys.getPublic().getEncoded()));
    return config;
  }

  private static KeyPair keyPair() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
      generator.initialize(KEY_BITS);
      return generator.generateKeyPair();
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has RSA", e);
    }
  }

  private static String pem(String what, byte[] key) {
    return "-----BEGIN %s-----\n%s\n-----END %s-----\n"
        .formatted(what, Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(key), what);
  }
}
