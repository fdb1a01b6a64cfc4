package io.lockkeeper.simulation.world;

import io.lockkeeper.simulation.platform.Timeline;
import java.util.LinkedHashMap;
import java.util.Map;

/// A chat channel or an incident tracker behind a webhook: a key is acted upon once, however often
/// it comes; an
/// answer may get lost on its way back.
public final class Receiver {

  private final String name;
  private final Timeline timeline;
  private final Map<String, String> accepted = new LinkedHashMap<>();
  private boolean away;
  private boolean faulty = true;
  private int repeats;

  /// A receiver that has received nothing.
  public Receiver(String name, Timeline timeline) {
    this.name = name;
    this.timeline = timeline;
  }

  /// The name by which runbooks call it.
  public String name() {
    return name;
  }

  /// Takes it away, or brings it back.
  public void setAway(boolean away) {
    this.away = away;
  }

  /// Whether it does not answer.
  public boolean isAway() {
    return away;
  }

  /// From now on no answer gets lost.
  public void makeReliable() {
    faulty = false;
  }

  /// Delivers a message; false when the sender hears nothing, or nothing good.
  public boolean receive(String key, String text) {
    if (away) {
      return false;
    }
    if (accepted.putIfAbsent(key, text) != null) {
      repeats++;
    }
    return !(faulty && timeline.chance(50));
  }

  /// Every message that was acted upon, by key, in order.
  public Map<String, String> accepted() {
    return accepted;
  }

  /// How many messages came again.
  public int repeats() {
    return repeats;
  }
}
