package io.lockkeeper.monitor.shop;

import io.lockkeeper.quickstart.shop.Load;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// One release of the shop to be judged: its load, what makes its figures jump, and what is wrong
/// with the candidate, if anything is.
///
/// @param name       what it is called in tables and file names
/// @param load       how customers come
/// @param options    of both versions' instances, see `Shop`
/// @param candidate  options of the candidate's instance alone
/// @param warehouse  places in the warehouse that both versions depend on; 0: there is none
/// @param rateCounts whether too few requests for the weight are a breach. Not where customers stay
///                   with a version: then the weight promises customers and not requests
/// @param events     what happens while it is watched
/// @param fault      what is wrong with the candidate from its start; empty: it is identical
/// @param due        seconds from the candidate's first request, at which a passive onlooker has
///                   seen the fault at the latest
/// @param reason     why then
record ShopCase(
    String name,
    Load load,
    List<String> options,
    List<String> candidate,
    int warehouse,
    boolean rateCounts,
    List<Event> events,
    Map<String, Object> fault,
    int due,
    String reason) {

  /// Something that happens, so many seconds from the candidate's first request.
  record Event(int second, Happening what) {}

  /// What happens.
  @FunctionalInterface
  interface Happening {
    void to(ShopRelease release) throws Exception;
  }

  static ShopCase of(String name, Load load) {
    return new ShopCase(
        name, load, List.of(), List.of(), 0, true, List.of(), Map.of(), 0, "no breach at all");
  }

  /// Both versions are built like this.
  ShopCase built(String... likewise) {
    return new ShopCase(
        name,
        load,
        List.of(likewise),
        candidate,
        warehouse,
        rateCounts,
        events,
        fault,
        due,
        reason);
  }

  /// The candidate's instance is built like this, though its version is the same.
  ShopCase candidateBuilt(String... differently) {
    return new ShopCase(
        name,
        load,
        options,
        List.of(differently),
        warehouse,
        rateCounts,
        events,
        fault,
        due,
        reason);
  }

  ShopCase withWarehouse(int places) {
    return new ShopCase(
        name, load, options, candidate, places, rateCounts, events, fault, due, reason);
  }

  ShopCase withoutRate() {
    return new ShopCase(
        name, load, options, candidate, warehouse, false, events, fault, due, reason);
  }

  ShopCase at(int second, Happening what) {
    var more = new ArrayList<>(events);
    more.add(new Event(second, what));
    return new ShopCase(
        name,
        load,
        options,
        candidate,
        warehouse,
        rateCounts,
        List.copyOf(more),
        fault,
        due,
        reason);
  }

  /// The candidate has this fault, which is to be seen by then.
  ShopCase faulty(Map<String, Object> wrong, int seconds, String why) {
    return new ShopCase(
        name, load, options, candidate, warehouse, rateCounts, events, wrong, seconds, why);
  }

  /// The fault that the candidate's own options or an event are, which is to be seen by then.
  ShopCase due(int seconds, String why) {
    return faulty(fault, seconds, why);
  }

  boolean isFaulty() {
    return due > 0;
  }
}
