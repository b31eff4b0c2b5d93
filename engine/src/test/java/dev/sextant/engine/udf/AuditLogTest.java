package dev.sextant.engine.udf;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sextant.storage.sqlite.SqliteConnection;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The log keeps the last events, in a chain that shows what was changed. */
final class AuditLogTest {
  private static final InstantSource CLOCK =
      InstantSource.fixed(Instant.parse("2026-01-02T03:04:05Z"));

  @TempDir Path folder;

  private static AuditEvent event(int number) {
    return new AuditEvent("f(TEXT)", "untrusted", "trap", "event " + number);
  }

  private static boolean isChain(List<AuditLog.Kept> events) {
    for (int i = 0; i < events.size(); i++) {
      AuditLog.Kept event = events.get(i);
      boolean follows = i == 0 || event.previous().equals(events.get(i - 1).hash());
      if (!follows || !event.hash().equals(event.expectedHash())) {
        return false;
      }
    }
    return true;
  }

  @Test
  void theLastEventsStayAndTheirChainIsWhole() {
    try (AuditLog log = new AuditLog(Optional.empty(), CLOCK, 10)) {
      assertThat(log.events()).isEmpty();
      for (int i = 1; i <= 25; i++) {
        log.record(event(i));
      }
      List<AuditLog.Kept> events = log.events();
      assertThat(events)
          .extracting(AuditLog.Kept::seq)
          .containsExactly(16L, 17L, 18L, 19L, 20L, 21L, 22L, 23L, 24L, 25L);
      assertThat(events.getLast().event()).isEqualTo(event(25));
      assertThat(isChain(events)).isTrue();
    }
  }

  @Test
  void theChainBeginsAtTheOrigin() {
    try (AuditLog log = new AuditLog(Optional.empty(), CLOCK, 10)) {
      log.record(event(1));
      assertThat(log.events().getFirst().previous()).isEqualTo(AuditLog.ORIGIN);
    }
  }

  @Test
  void severalWritersOfOneFileMakeOneChain() {
    Optional<Path> file = Optional.of(folder.resolve("a/audit.db"));
    try (AuditLog one = new AuditLog(file, CLOCK, 100);
        AuditLog other = new AuditLog(file, CLOCK, 100)) {
      for (int i = 0; i < 20; i++) {
        (i % 2 == 0 ? one : other).record(event(i));
      }
      assertThat(other.events()).isEqualTo(one.events()).hasSize(20);
      assertThat(isChain(one.events())).isTrue();
    }
    try (AuditLog later = new AuditLog(file, CLOCK, 100)) {
      assertThat(later.events()).hasSize(20);
      later.record(event(20));
      assertThat(isChain(later.events())).isTrue();
    }
  }

  @Test
  void whatIsChangedOrTakenOutIsSeen() {
    for (String tampering :
        new String[] {
          "UPDATE audit SET detail = 'nothing' WHERE seq = 3",
          "UPDATE audit SET function = 'f', profile = '(TEXT)untrusted' WHERE seq = 3",
          "DELETE FROM audit WHERE seq = 3",
          "UPDATE audit SET at = at + 1 WHERE seq = 5"
        }) {
      Path file = folder.resolve(Integer.toHexString(tampering.hashCode()) + ".db");
      try (AuditLog log = new AuditLog(Optional.of(file), CLOCK, 100)) {
        for (int i = 1; i <= 5; i++) {
          log.record(event(i));
        }
        assertThat(isChain(log.events())).isTrue();
        try (SqliteConnection connection =
            SqliteConnection.open(
                new SqliteConnection.OpenOptions(Optional.of(file), "rw", "off", 1000))) {
          connection.exec(tampering);
        }
        assertThat(isChain(log.events())).as(tampering).isFalse();
      }
    }
  }

  @Test
  void aLongDetailIsCut() {
    try (AuditLog log = new AuditLog(Optional.empty(), CLOCK, 10)) {
      log.record(new AuditEvent("", "", "denied", "x".repeat(100_000)));
      assertThat(log.events().getFirst().event().detail()).hasSize(2001).endsWith("…");
      assertThat(isChain(log.events())).isTrue();
    }
  }
}
