package dev.sextant.storage.cache;

import dev.sextant.storage.StorageException;
import dev.sextant.storage.StorageException.Kind;
import dev.sextant.storage.sqlite.SqliteConnection;
import dev.sextant.storage.sqlite.SqliteStatement;
import dev.sextant.storage.vector.VectorCodec;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.zip.CRC32C;

/**
 * One connection to the side file of the cache. One thread at a time.
 *
 * <p>The file is a SQLite database with a row for each vector: the BLOB of its float32, the CRC-32C
 * of key and BLOB, and what is kept with it. What all rows of a model take stands with the model,
 * changed in the same transactions, so that nothing has to be added up.
 */
final class DurableFile implements AutoCloseable {
  private static final int VERSION = 1;

  /** What a row takes beside its vector, about: key, columns and two indexes. */
  private static final int ROW_BYTES = 160;

  private static final List<String> SCHEMA =
      List.of(
          "CREATE TABLE models(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE,"
              + " entries INTEGER NOT NULL DEFAULT 0, bytes INTEGER NOT NULL DEFAULT 0)",
          "CREATE TABLE vectors(key BLOB PRIMARY KEY, model INTEGER NOT NULL REFERENCES models(id),"
              + " size INTEGER NOT NULL, crc INTEGER NOT NULL, tokens INTEGER NOT NULL,"
              + " truncated INTEGER NOT NULL, cost INTEGER NOT NULL, created INTEGER NOT NULL,"
              + " last_used INTEGER NOT NULL, expires INTEGER, pinned INTEGER NOT NULL DEFAULT 0,"
              + " vector BLOB NOT NULL)",
          "CREATE INDEX vectors_last_used ON vectors(last_used)",
          "CREATE INDEX vectors_expires ON vectors(expires) WHERE expires IS NOT NULL",
          "PRAGMA user_version = " + VERSION);

  private static final String COLUMNS =
      "model, size, crc, tokens, truncated, cost, created, last_used, expires, pinned";

  /** What a look-up came to. */
  sealed interface Found {
    /** A sound row. */
    record Sound(StoredVector stored, boolean pinned) implements Found {}

    /** A row whose vector does not match its checksum or length. */
    record Damaged(int model) implements Found {}

    /** A row past its time. */
    record Expired(int model) implements Found {}

    /** No row. */
    record Absent() implements Found {}
  }

  private final SqliteConnection connection;
  private final ModelNames models;
  private final Map<Long, Integer> numbers = new HashMap<>();
  private final Map<Integer, Long> ids = new HashMap<>();
  private final Map<String, SqliteStatement> statements = new HashMap<>();
  private final CRC32C crc = new CRC32C();

  /**
   * Opens the file, or creates it.
   *
   * @throws StorageException {@code NOT_A_DATABASE} or {@code CORRUPT} where it is not such a file,
   *     {@code CANNOT_OPEN} or {@code BUSY} where it cannot be opened now
   */
  DurableFile(Path file, int busyTimeoutMillis, ModelNames models) {
    this.models = models;
    this.connection =
        SqliteConnection.open(
            new SqliteConnection.OpenOptions(
                Optional.of(file), "rwc", "normal", busyTimeoutMillis));
    try {
      prepareSchema(file);
      loadModels();
    } catch (StorageException failure) {
      connection.close();
      throw failure;
    }
  }

  private void prepareSchema(Path file) {
    if (connection.queryLong("PRAGMA user_version") == VERSION) {
      return;
    }
    transact(
        () -> {
          boolean empty = connection.queryLong("SELECT count(*) FROM sqlite_schema") == 0;
          if (empty) {
            SCHEMA.forEach(connection::exec);
          }
          long version = connection.queryLong("PRAGMA user_version");
          if (version != VERSION) {
            throw new StorageException(
                Kind.CORRUPT,
                "The embedding cache's file \""
                    + file
                    + "\" has layout "
                    + version
                    + " but this version knows layout "
                    + VERSION
                    + ".");
          }
        });
  }

  private void transact(Runnable work) {
    connection.exec("BEGIN IMMEDIATE");
    try {
      work.run();
      connection.exec("COMMIT");
    } catch (RuntimeException failure) {
      try {
        connection.exec("ROLLBACK");
      } catch (StorageException second) {
        failure.addSuppressed(second);
      }
      throw failure;
    }
  }

  private void loadModels() {
    try (SqliteStatement rows = connection.prepare("SELECT id, name FROM models")) {
      while (rows.step()) {
        int number = models.number(String.valueOf(rows.getText(1)));
        numbers.put(rows.getLong(0), number);
        ids.put(number, rows.getLong(0));
      }
    }
  }

  private SqliteStatement statement(String sql) {
    SqliteStatement statement = statements.computeIfAbsent(sql, connection::prepare);
    statement.reset();
    return statement;
  }

  /** What is bound to parameters from 1 on. */
  private SqliteStatement bound(String sql, Object... values) {
    SqliteStatement statement = statement(sql);
    for (int i = 0; i < values.length; i++) {
      statement.bind(i + 1, values[i]);
    }
    return statement;
  }

  private int number(long id) {
    Integer number = numbers.get(id);
    if (number == null) {
      loadModels();
      number = numbers.get(id);
    }
    if (number == null) {
      throw new StorageException(
          Kind.CORRUPT, "The embedding cache's file names a model " + id + " that it lacks.");
    }
    return number;
  }

  /** The row's model, then {@link #COLUMNS}; the first column is {@code first}. */
  private CacheValue value(SqliteStatement row, int first) {
    boolean expires = row.type(first + 8) != SqliteStatement.NULL;
    return new CacheValue(
        number(row.getLong(first)),
        (int) row.getLong(first + 3),
        row.getLong(first + 4) != 0,
        (int) row.getLong(first + 5),
        row.getLong(first + 6),
        expires ? row.getLong(first + 8) : CacheValue.NEVER);
  }

  /** Looks a key up; damaged and expired rows stay until {@link #delete}. */
  Found find(CacheKey key, long nowMillis) {
    SqliteStatement row =
        bound("SELECT vector, " + COLUMNS + " FROM vectors WHERE key = ?", (Object) key.toBytes());
    try {
      if (!row.step()) {
        return new Found.Absent();
      }
      return found(key, row, nowMillis);
    } finally {
      row.reset();
    }
  }

  private Found found(CacheKey key, SqliteStatement row, long nowMillis) {
    CacheValue value = value(row, 1);
    if (value.expiresMillis() <= nowMillis) {
      return new Found.Expired(value.model());
    }
    byte[] blob = row.getBlob(0);
    if (blob == null || blob.length == 0 || blob.length % 4 != 0) {
      return new Found.Damaged(value.model());
    }
    if (crc(key, blob) != row.getLong(3)) {
      return new Found.Damaged(value.model());
    }
    StoredVector stored = new StoredVector(key, VectorCodec.decode(blob), value);
    return new Found.Sound(stored, row.getLong(10) != 0);
  }

  /** Of key and vector, so that a vector under another's key is found too. */
  private long crc(CacheKey key, byte[] blob) {
    crc.reset();
    crc.update(key.toBytes());
    crc.update(blob);
    return crc.getValue();
  }

  /** Writes rows that are not there yet, and times of use, in one transaction. */
  void write(List<StoredVector> rows, Map<CacheKey, Long> lastUsed) {
    transact(
        () -> {
          Map<Integer, long[]> added = new HashMap<>();
          for (StoredVector row : rows) {
            int size = insert(row);
            if (size > 0) {
              long[] sum = added.computeIfAbsent(row.value().model(), m -> new long[2]);
              sum[0]++;
              sum[1] += size;
            }
          }
          added.forEach((model, sum) -> count(id(model), sum[0], sum[1]));
          lastUsed.forEach(
              (key, millis) ->
                  bound("UPDATE vectors SET last_used = ? WHERE key = ?", millis, key.toBytes())
                      .step());
        });
  }

  private int insert(StoredVector row) {
    CacheValue value = row.value();
    byte[] blob = VectorCodec.encode(row.vector());
    int size = blob.length + ROW_BYTES;
    SqliteStatement insert =
        bound(
            "INSERT INTO vectors(key, "
                + COLUMNS
                + ", vector) VALUES (?,?,?,?,?,?,?,?,?,?,0,?) ON CONFLICT DO NOTHING",
            row.key().toBytes(),
            id(value.model()),
            size,
            crc(row.key(), blob),
            value.tokens(),
            value.truncated() ? 1 : 0,
            value.costMicros(),
            value.createdMillis(),
            value.createdMillis());
    insert.bind(10, value.expiresMillis() == CacheValue.NEVER ? null : value.expiresMillis());
    insert.bind(11, blob);
    insert.step();
    return connection.changes() > 0 ? size : 0;
  }

  private long id(int model) {
    Long id = ids.get(model);
    if (id == null) {
      bound("INSERT INTO models(name) VALUES (?) ON CONFLICT DO NOTHING", models.name(model))
          .step();
      loadModels();
      id = ids.get(model);
    }
    return java.util.Objects.requireNonNull(id);
  }

  private void count(long id, long entries, long bytes) {
    bound(
            "UPDATE models SET entries = entries + ?, bytes = bytes + ? WHERE id = ?",
            entries,
            bytes,
            id)
        .step();
  }

  /** Removes one row, and says whether it was there. */
  boolean delete(CacheKey key) {
    return deleteWhere("key = ?", ModelCount.NONE, (Object) key.toBytes()) > 0;
  }

  /** Removes rows past their time, so many at most. */
  long deleteExpired(long nowMillis, int most, ModelCount removed) {
    return deleteWhere(
        "key IN (SELECT key FROM vectors WHERE expires <= ? LIMIT ?)", removed, nowMillis, most);
  }

  /** Removes the rows that were used longest ago and are not pinned, so many at most. */
  long deleteOldest(int most, ModelCount removed) {
    return deleteWhere(
        "key IN (SELECT key FROM vectors WHERE pinned = 0 ORDER BY last_used LIMIT ?)",
        removed,
        most);
  }

  /** Removes what the filter matches, and returns how many. */
  long delete(EntryFilter filter) {
    long before = filter.createdBeforeMillis();
    if (filter.model() == EntryFilter.ANY_MODEL) {
      return deleteWhere("created < ?", ModelCount.NONE, before);
    }
    Long id = ids.get(filter.model());
    if (id == null) {
      loadModels();
      id = ids.get(filter.model());
    }
    return id == null ? 0 : deleteWhere("model = ? AND created < ?", ModelCount.NONE, id, before);
  }

  /** Hears how much of a model was removed. */
  interface ModelCount {
    ModelCount NONE = (model, entries, bytes) -> {};

    void removed(int model, long entries, long bytes);
  }

  /** Deletes in a transaction and keeps the models' sums. */
  private long deleteWhere(String condition, ModelCount removed, Object... values) {
    long[] total = new long[1];
    transact(
        () -> {
          Map<Long, long[]> sums = new HashMap<>();
          SqliteStatement deleted =
              bound("DELETE FROM vectors WHERE " + condition + " RETURNING model, size", values);
          while (deleted.step()) {
            long[] sum = sums.computeIfAbsent(deleted.getLong(0), id -> new long[2]);
            sum[0]++;
            sum[1] += deleted.getLong(1);
            total[0]++;
          }
          sums.forEach(
              (id, sum) -> {
                count(id, -sum[0], -sum[1]);
                removed.removed(number(id), sum[0], sum[1]);
              });
        });
    return total[0];
  }

  /** Pins a row or ends that, and says whether it is there. */
  boolean pin(CacheKey key, boolean pinned) {
    bound("UPDATE vectors SET pinned = ? WHERE key = ?", pinned ? 1 : 0, key.toBytes()).step();
    return connection.changes() > 0;
  }

  /** Adds each model's entries and bytes. */
  void count(ModelCounters sum) {
    SqliteStatement rows = statement("SELECT id, entries, bytes FROM models");
    while (rows.step()) {
      ModelCounters.Counts counts = sum.of(number(rows.getLong(0)));
      counts.entries += rows.getLong(1);
      counts.bytes += rows.getLong(2);
    }
  }

  /** What all rows take. */
  long bytes() {
    return connection.queryLong("SELECT total(bytes) FROM models");
  }

  /** Shows all rows without their vectors. */
  void forEach(Consumer<StoredEntry> consumer) {
    SqliteStatement rows = statement("SELECT key, " + COLUMNS + " FROM vectors");
    while (rows.step()) {
      byte[] key = rows.getBlob(0);
      if (key != null && key.length == CacheKey.BYTES) {
        int size = (int) rows.getLong(2);
        consumer.accept(
            new StoredEntry(
                CacheKey.of(key),
                (size - ROW_BYTES) / Float.BYTES,
                size,
                value(rows, 1),
                rows.getLong(8),
                rows.getLong(10) != 0));
      }
    }
  }

  /** The keys used last, pinned ones above all; the one used longest ago first. */
  List<CacheKey> recent(int most) {
    List<CacheKey> keys = new ArrayList<>();
    SqliteStatement rows =
        bound("SELECT key FROM vectors ORDER BY pinned DESC, last_used DESC LIMIT ?", most);
    while (rows.step()) {
      byte[] key = rows.getBlob(0);
      if (key != null && key.length == CacheKey.BYTES) {
        keys.add(CacheKey.of(key));
      }
    }
    return keys.reversed();
  }

  @Override
  public void close() {
    statements.values().forEach(SqliteStatement::close);
    connection.close();
  }
}
