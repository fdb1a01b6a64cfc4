package io.lockkeeper.journal;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.UUID;
import javax.sql.DataSource;

/// Agreements between replicas that one of them does something alone for a while. Times are the
/// database's.
///
/// A lease makes double work rare, not impossible: whoever was stopped may wake up after the end of
/// its lease and not know. What must not happen twice needs a fence or a key besides.
public final class Leases {

  private final DataSource dataSource;
  private final UUID replica = UUID.randomUUID();

  /// Leases in this database, in the name of this process.
  Leases(DataSource dataSource) {
    this.dataSource = dataSource;
  }

  /// Takes the lease, or extends it when it is ours.
  ///
  /// @param name what is leased, at most 200 characters
  /// @param ttl until when it is ours unless extended, from now
  /// @return whether it is ours; false also when the database cannot be asked
  public boolean hold(String name, Duration ttl) {
    String sql =
        """
        insert into lease values (?, ?, clock_timestamp() + ? * interval '1 millisecond')
        on conflict (name) do update set held_by = excluded.held_by, held_until = excluded.held_until
        where lease.held_by = excluded.held_by or lease.held_until <= clock_timestamp()""";
    try (Connection connection = dataSource.getConnection();
        PreparedStatement upsert = connection.prepareStatement(sql)) {
      upsert.setString(1, name);
      upsert.setObject(2, replica);
      upsert.setLong(3, ttl.toMillis());
      return upsert.executeUpdate() == 1;
    } catch (SQLException e) {
      return false;
    }
  }

  /// Gives the lease back when it is ours; it ends by itself when the database cannot be asked.
  ///
  /// @return whether it was ours and is free now
  public boolean free(String name) {
    try (Connection connection = dataSource.getConnection();
        PreparedStatement delete =
            connection.prepareStatement("delete from lease where name = ? and held_by = ?")) {
      delete.setString(1, name);
      delete.setObject(2, replica);
      return delete.executeUpdate() == 1;
    } catch (SQLException e) {
      return false;
    }
  }
}
