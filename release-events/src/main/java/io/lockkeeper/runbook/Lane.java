package io.lockkeeper.runbook;

/// One service in one environment: where at most one release is under way.
public record Lane(String service, String environment) implements Comparable<Lane> {

  /// The lane that a request is for.
  public static Lane of(ReleaseRequest request) {
    return new Lane(request.service(), request.environment());
  }

  @Override
  public int compareTo(Lane other) {
    int byService = service.compareTo(other.service);
    return byService != 0 ? byService : environment.compareTo(other.environment);
  }

  @Override
  public String toString() {
    return service + " in " + environment;
  }
}
