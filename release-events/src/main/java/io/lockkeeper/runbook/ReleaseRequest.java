package io.lockkeeper.runbook;

import java.net.URI;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What CI asks for: one candidate of one service, to one environment, by one runbook.
///
/// @param service     `team/name`
/// @param requestedBy who asks; *claimed* when the request came by Kafka
/// @param elevated    whether the change is one that G3 asks a person about
/// @param first       whether nothing of this service runs yet: G2 (but for error budgets and
///                    queries) and G4 are then waived openly
/// @param window      when it is planned to happen; null for "as soon as the gates hold"
public record ReleaseRequest(
    String service,
    String environment,
    String version,
    String runbook,
    Artifact artifact,
    @Nullable Artifact stable,
    String requestedBy,
    String description,
    List<String> owners,
    boolean elevated,
    boolean first,
    @Nullable Window window,
    Source source,
    List<Evidence> evidence,
    Scope scope,
    Backout backout,
    List<URI> links) {

  public ReleaseRequest {
    owners = copy(owners);
    evidence = copy(evidence);
    links = copy(links);
    scope = scope == null ? Scope.NOTHING : scope;
    backout = backout == null ? Backout.NOTHING : backout;
  }

  /// PRE4: what is deployed, by package URL and digest; the digest decides.
  public record Artifact(String purl, Digest digest, String version) {}

  /// A planned period.
  public record Window(Instant start, Instant end) {}

  /// PRE1: where the code comes from.
  public record Source(String repository, String commit, String branch, List<String> authors) {
    public Source {
      authors = copy(authors);
    }
  }

  /// PRE1–PRE4, G1: what CI attests.
  ///
  /// @param check the name of the check that it answers
  /// @param url   where the record stands
  public record Evidence(String check, Verdict verdict, @Nullable URI url, @Nullable Instant at) {}

  /// G1: what the release contains.
  public record Scope(
      List<String> features,
      List<String> migrations,
      List<Toggle> toggles,
      List<Runbook.InfrastructureStep> infrastructure) {

    /// Nothing declared.
    public static final Scope NOTHING = new Scope(List.of(), List.of(), List.of(), List.of());

    public Scope {
      features = copy(features);
      migrations = copy(migrations);
      toggles = copy(toggles);
      infrastructure = copy(infrastructure);
    }
  }

  /// A configuration toggle and the state it is released in.
  public record Toggle(String key, boolean expected) {}

  /// G4: what going back needs.
  ///
  /// @param backups names of backups that the target can restore
  /// @param flags   feature flags whose state before the release is recorded
  public record Backout(List<String> scripts, List<String> backups, List<String> flags) {

    /// Nothing declared.
    public static final Backout NOTHING = new Backout(List.of(), List.of(), List.of());

    public Backout {
      scripts = copy(scripts);
      backups = copy(backups);
      flags = copy(flags);
    }
  }

  private static <T> List<T> copy(@Nullable List<T> given) {
    return given == null ? List.of() : List.copyOf(given);
  }
}
