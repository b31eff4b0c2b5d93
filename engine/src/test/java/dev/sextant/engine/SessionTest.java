package dev.sextant.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sextant.storage.StorageException;
import dev.sextant.storage.sqlite.ChangeLog;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SessionTest {
  @TempDir Path folder;

  private Database database() {
    return new Database(Optional.of(folder.resolve("t.db")), Settings.defaults());
  }

  private static void log(Session session) {
    session.connection().exec("CREATE TABLE t(id INTEGER PRIMARY KEY, v BLOB)");
    ChangeLog.attach(session.connection(), "t", "id", List.of("v"));
  }

  private static void insert(Session session) {
    session.connection().exec("INSERT INTO t DEFAULT VALUES");
  }

  private static long rows(Session session) {
    return session.connection().queryLong("SELECT count(*) FROM t");
  }

  @Test
  void aSnapshotHoldsWhatItSawUntilItIsClosed() {
    try (Database database = database();
        Session reader = database.connect();
        Session writer = database.connect()) {
      log(writer);
      for (int round = 0; round < 3; round++) {
        long before;
        try (Session.Snapshot held = reader.snapshot()) {
          before = held.lastSeq();
          insert(writer);
          assertThat(rows(reader)).isEqualTo(round);
          try (Session.Snapshot second = reader.snapshot()) {
            assertThat(second.lastSeq()).isEqualTo(before);
          }
          assertThat(rows(reader)).isEqualTo(round);
        }
        assertThat(rows(reader)).isEqualTo(round + 1);
        try (Session.Snapshot next = reader.snapshot()) {
          assertThat(next.lastSeq()).isEqualTo(before + 1);
        }
      }
    }
  }

  @Test
  void aSnapshotClosedTwiceLeavesTheNextOneAlone() {
    try (Database database = database();
        Session reader = database.connect();
        Session writer = database.connect()) {
      log(writer);
      Session.Snapshot first = reader.snapshot();
      first.close();
      try (Session.Snapshot second = reader.snapshot()) {
        first.close();
        insert(writer);
        assertThat(rows(reader)).isZero();
        assertThat(second.lastSeq()).isEqualTo(first.lastSeq());
      }
      assertThat(rows(reader)).isEqualTo(1);
    }
  }

  @Test
  void aSnapshotThatFailsLeavesNothingBehind() {
    try (Database database = database();
        Session session = database.connect()) {
      assertThatThrownBy(session::snapshot).isInstanceOf(StorageException.class);
      log(session);
      insert(session);
      try (Session.Snapshot snapshot = session.snapshot()) {
        assertThat(snapshot.lastSeq()).isPositive();
      }
    }
  }
}
