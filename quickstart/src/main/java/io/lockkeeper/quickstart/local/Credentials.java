package io.lockkeeper.quickstart.local;

import io.smallrye.jwt.build.Jwt;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Duration;
import java.util.Base64;
import java.util.Set;

/// The keys and secrets of one local installation, made at its first start and kept in its folder,
/// readable by
/// its owner alone.
public final class Credentials {

  /// Whose tokens the services of a local installation believe.
  public static final String ISSUER = "lockkeeper";

  /// The roles there are.
  public static final Set<String> ROLES = Set.of("viewer", "ci", "operator");

  private static final int KEY_BITS = 2048;
  private static final int SECRET_BYTES = 32;

  private final Path folder;

  private Credentials(Path folder) {
    this.folder = folder;
  }

  /// The credentials of this installation; made if there are none.
  public static Credentials of(Layout layout) throws IOException {
    Credentials credentials = new Credentials(layout.folder("keys"));
    credentials.complete();
    return credentials;
  }

  private void complete() throws IOException {
    if (!Files.exists(publicKey())) {
      KeyPair pair = newPair();
      write("private.pem", pem("PRIVATE KEY", pair.getPrivate().getEncoded()));
      write("public.pem", pem("PUBLIC KEY", pair.getPublic().getEncoded()));
    }
    for (String secret : Set.of("platform", "channel", "incidents")) {
      if (!Files.exists(secret(secret))) {
        byte[] random = new byte[SECRET_BYTES];
        new SecureRandom().nextBytes(random);
        write(secret + ".secret", "whsec_" + Base64.getEncoder().encodeToString(random));
      }
    }
    if (!Files.exists(databasePassword())) {
      byte[] random = new byte[SECRET_BYTES];
      new SecureRandom().nextBytes(random);
      write("database.password", Base64.getUrlEncoder().withoutPadding().encodeToString(random));
    }
  }

  /// The key that proves tokens.
  public Path publicKey() {
    return folder.resolve("public.pem");
  }

  /// The file with the webhook secret of `platform`, `channel` or `incidents`.
  public Path secret(String name) {
    return folder.resolve(name + ".secret");
  }

  /// The file with the password of the services' database roles.
  public Path databasePassword() {
    return folder.resolve("database.password");
  }

  /// What a file of these credentials holds.
  public static String read(Path file) throws IOException {
    return Files.readString(file).strip();
  }

  /// A bearer token for this person or machine.
  ///
  /// @param name  the subject: who approves, aborts, asks
  /// @param roles some of [#ROLES]
  public String token(String name, Set<String> roles, Duration valid) throws IOException {
    return Jwt.issuer(ISSUER)
        .subject(name)
        .upn(name)
        .groups(roles)
        .expiresIn(valid)
        .sign(privateKey());
  }

  private PrivateKey privateKey() throws IOException {
    String text = read(folder.resolve("private.pem")).replaceAll("-----[A-Z ]+-----|\\s", "");
    try {
      return KeyFactory.getInstance("RSA")
          .generatePrivate(new PKCS8EncodedKeySpec(Base64.getDecoder().decode(text)));
    } catch (InvalidKeySpecException e) {
      throw new IOException(folder.resolve("private.pem") + " holds no key", e);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has RSA", e);
    }
  }

  private static KeyPair newPair() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
      generator.initialize(KEY_BITS);
      return generator.generateKeyPair();
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has RSA", e);
    }
  }

  private static String pem(String what, byte[] key) {
    String body = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(key);
    return "-----BEGIN %s-----%n%s%n-----END %s-----%n".formatted(what, body, what);
  }

  private void write(String name, String text) throws IOException {
    Path file = folder.resolve(name);
    Files.deleteIfExists(file);
    if (Files.getFileStore(folder).supportsFileAttributeView("posix")) {
      Files.createFile(
          file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    }
    Files.writeString(file, text, StandardCharsets.UTF_8, StandardOpenOption.CREATE);
  }
}
