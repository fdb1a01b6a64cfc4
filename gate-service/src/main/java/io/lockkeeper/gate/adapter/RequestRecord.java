package io.lockkeeper.gate.adapter;

import io.lockkeeper.events.ReleaseId;
import io.quarkus.hibernate.orm.panache.PanacheEntityBase;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.EnumType;
import jakarta.persistence.Enumerated;
import jakarta.persistence.Id;
import jakarta.persistence.IdClass;
import jakarta.persistence.Table;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/// What became of one record on `release-requests`. Written in the transaction of its answer, so it
/// is there exactly when the answer is; the greatest offset of a partition is where this service
/// stands.
@Entity
@Table(name = "request_record")
@IdClass(RequestRecord.Place.class)
public class RequestRecord extends PanacheEntityBase {

  /// How long a row is kept, except the newest of each partition.
  static final int DAYS = 90;

  @Id
  @Column(name = "topic_partition")
  public int partition;

  @Id
  @Column(name = "topic_offset")
  public long offset;

  public String content;

  @Enumerated(EnumType.STRING)
  public Fate fate;

  /// The release it is about; null when that cannot be told.
  @Column(name = "release_id")
  public @Nullable String release;

  public @Nullable String code;
  public @Nullable String reason;
  public Instant at;

  /// What becomes of a record; each has exactly one fate.
  public enum Fate {
    /// The release was accepted, or taken back.
    ACCEPTED,
    /// It could be read but not accepted; a fact says why, unless ten did before.
    REFUSED,
    /// It says what was said before.
    DUPLICATE,
    /// It could not be read, or belongs to no release; it is on `release-requests-dead-letters`.
    DEAD_LETTER
  }

  /// Where the record stands on the topic.
  public static class Place {
    public int partition;
    public long offset;

    /// For the mapping.
    public Place() {}

    Place(int partition, long offset) {
      this.partition = partition;
      this.offset = offset;
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof Place place && partition == place.partition && offset == place.offset;
    }

    @Override
    public int hashCode() {
      return Objects.hash(partition, offset);
    }
  }

  /// Notes what became of a record, in the present transaction.
  ///
  /// @return false when its fate is known already; then nothing else may follow from it
  static boolean note(
      RequestDelivery delivery,
      Fate fate,
      @Nullable ReleaseId release,
      @Nullable String code,
      @Nullable String reason) {
    return getEntityManager()
            .createNativeQuery(
                """
                insert into request_record
                  (topic_partition, topic_offset, content, fate, release_id, code, reason)
                values (?1, ?2, ?3, ?4, cast(?5 as text), cast(?6 as text), cast(?7 as text))
                on conflict (topic_partition, topic_offset) do update
                  set content = excluded.content, fate = excluded.fate,
                      release_id = excluded.release_id, code = excluded.code,
                      reason = excluded.reason, at = clock_timestamp()
                  where request_record.content <> excluded.content""")
            .setParameter(1, delivery.partition())
            .setParameter(2, delivery.offset())
            .setParameter(3, delivery.content().value())
            .setParameter(4, fate.name())
            .setParameter(5, release == null ? null : release.value())
            .setParameter(6, code)
            .setParameter(7, reason == null ? null : PlainText.of(reason))
            .executeUpdate()
        == 1;
  }

  /// Whether the fate of this record is known.
  static boolean isKnown(RequestDelivery delivery) {
    return at(delivery.partition(), delivery.offset())
        .filter(row -> row.content.equals(delivery.content().value()))
        .isPresent();
  }

  /// What became of the records about this release, the newest first, at most so many.
  static List<RequestRecord> of(ReleaseId release, int limit) {
    return find("release = ?1 order by at desc", release.value()).page(0, limit).list();
  }

  /// What became of the record at this place; empty when none did, or long ago.
  static Optional<RequestRecord> at(int partition, long offset) {
    return findByIdOptional(new Place(partition, offset));
  }

  /// The offset after the last record of this partition whose fate is known; empty when none is.
  static OptionalLong next(int partition) {
    @Nullable Long last =
        getEntityManager()
            .createQuery(
                "select max(r.offset) from RequestRecord r where r.partition = ?1", Long.class)
            .setParameter(1, partition)
            .getSingleResult();
    return last == null ? OptionalLong.empty() : OptionalLong.of(last + 1);
  }

  /// Deletes rows older than [#DAYS] days, except the newest of each partition.
  static void forgetOld() {
    getEntityManager()
        .createNativeQuery(
            """
            delete from request_record old
            where at < clock_timestamp() - ?1 * interval '1 day'
              and exists (select 1 from request_record newer
                where newer.topic_partition = old.topic_partition
                  and newer.topic_offset > old.topic_offset)""")
        .setParameter(1, DAYS)
        .executeUpdate();
  }
}
