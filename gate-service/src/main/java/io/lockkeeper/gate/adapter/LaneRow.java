package io.lockkeeper.gate.adapter;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.lockkeeper.gate.Occupancy;
import io.lockkeeper.journal.EventJson;
import io.lockkeeper.runbook.Lane;
import io.quarkus.hibernate.orm.panache.PanacheEntityBase;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.IdClass;
import jakarta.persistence.LockModeType;
import jakarta.persistence.Table;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Objects;
import java.util.Optional;

/// What the releases of one lane share, in one row that whoever reads or changes it locks.
@Entity
@Table(name = "lane")
@IdClass(LaneRow.Key.class)
public class LaneRow extends PanacheEntityBase {

  @Id public String service;
  @Id public String environment;

  /// An [Occupancy] as JSON.
  public byte[] occupancy;

  /// The key of a lane's row.
  public static class Key {
    public String service = "";
    public String environment = "";

    /// For the mapping.
    public Key() {}

    Key(Lane lane) {
      service = lane.service();
      environment = lane.environment();
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof Key key
          && service.equals(key.service)
          && environment.equals(key.environment);
    }

    @Override
    public int hashCode() {
      return Objects.hash(service, environment);
    }
  }

  /// The row of this lane, locked until the end of the transaction; made when there is none yet.
  static LaneRow locked(Lane lane) {
    getEntityManager()
        .createNativeQuery(
            "insert into lane (service, environment, occupancy) values (?1, ?2, ?3)"
                + " on conflict do nothing")
        .setParameter(1, lane.service())
        .setParameter(2, lane.environment())
        .setParameter(3, json(Occupancy.free(lane)))
        .executeUpdate();
    return LaneRow.findById(new Key(lane), LockModeType.PESSIMISTIC_WRITE);
  }

  /// The lane as it is now; empty when no release was ever for it.
  static Optional<Occupancy> seen(Lane lane) {
    return LaneRow.<LaneRow>findByIdOptional(new Key(lane)).map(LaneRow::occupancy);
  }

  /// What the row says.
  Occupancy occupancy() {
    try {
      return EventJson.mapper().readValue(occupancy, Occupancy.class);
    } catch (IOException e) {
      throw new UncheckedIOException("the row of " + service + " in " + environment, e);
    }
  }

  /// Makes the row say this; written with the transaction.
  void say(Occupancy now) {
    occupancy = json(now);
  }

  private static byte[] json(Occupancy occupancy) {
    try {
      return EventJson.mapper().writeValueAsBytes(occupancy);
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }
}
