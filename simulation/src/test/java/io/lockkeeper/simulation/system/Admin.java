package io.lockkeeper.simulation.system;

import io.lockkeeper.quickstart.local.Credentials;
import io.lockkeeper.quickstart.local.Part;
import io.lockkeeper.quickstart.platform.Databases;
import io.lockkeeper.quickstart.platform.PostgresServer;
import java.io.IOException;

/// A database administrator with bad days.
final class Admin {

  private final Databases databases;

  Admin(Site site) throws IOException {
    databases =
        new Databases(
            "127.0.0.1:" + site.stack().layout().port(Part.POSTGRES),
            PostgresServer.ADMIN,
            "",
            Credentials.read(site.stack().credentials().databasePassword()));
  }

  Databases databases() {
    return databases;
  }
}
