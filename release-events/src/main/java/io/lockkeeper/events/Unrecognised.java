package io.lockkeeper.events;

/// A fact of a type that this build does not know, kept and shown, never guessed at. From
/// gate-service or
/// monitor-service it holds its release in rollout-service, since it may be a breach.
///
/// @param type the CloudEvents type
/// @param body the value on the wire, read as UTF-8
public record Unrecognised(String type, String body) implements ReleaseEvent {}
