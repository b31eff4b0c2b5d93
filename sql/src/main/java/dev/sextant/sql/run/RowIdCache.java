package dev.sextant.sql.run;

import dev.sextant.engine.Session;
import dev.sextant.storage.sqlite.SqliteStatement;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/*
 * Why the ids still hold. SQLite's data_version differs whenever another connection has changed the
 * file between two reads of it; total_changes counts what this connection changed itself, triggers
 * and foreign keys included. A rollback takes changes back without a count: so nothing is kept or
 * used in a transaction that has written, and what was kept before it has another count. Only
 * filters over ordinary tables are kept, without functions of time or chance. A definition of this
 * session's clears all, and so does a statement that may change how SQLite computes: a PRAGMA.
 */
/**
 * The ids of rows that filters let through, kept by one session from execution to execution for as
 * long as the database surely has not changed.
 */
public final class RowIdCache implements AutoCloseable {
  private static final int MAX_ENTRIES = 64;
  private static final int MAX_IDS = 1 << 20;
  private static final int MAX_ORDERS = 8;

  /** How many ids SQLite gives in the time of a key with a number. */
  private static final int IDS_FOR_A_NUMBER = 4;

  /** Fewer are read as fast each time. */
  private static final int LEAST_NUMBERS = 1_000;

  /** What reading ids counts for that is a pass over a table: two pay for another. */
  static final int A_TABLE = MAX_IDS / 2 * IDS_FOR_A_NUMBER;

  private final Session session;
  private final Map<Key, long[]> entries = new LinkedHashMap<>(16, 0.75f, true);
  private final Map<String, KeysByNumber> orders = new LinkedHashMap<>(16, 0.75f, true);
  private final Map<String, Long> read = new HashMap<>();
  private final Map<String, Long> tried = new HashMap<>();
  private @Nullable SqliteStatement dataVersion;
  private State state = new State(-1, -1, -1);
  private int ids;

  private record Key(String sql, List<@Nullable Object> values) {}

  private record State(long dataVersion, long changes, long schema) {}

  /** An empty cache. */
  public RowIdCache(Session session) {
    this.session = session;
  }

  /** Ids kept for a statement with these values. */
  Optional<long[]> get(String sql, List<@Nullable Object> values) {
    if (!refresh()) {
      return Optional.empty();
    }
    return Optional.ofNullable(entries.get(key(sql, values)));
  }

  /** Keeps ids that were read in the snapshot of the moment. */
  void put(String sql, List<@Nullable Object> values, long[] found) {
    if (found.length > MAX_IDS || !refresh()) {
      return;
    }
    long[] before = entries.put(key(sql, values), found);
    ids += found.length - (before == null ? 0 : before.length);
    Iterator<long[]> eldest = entries.values().iterator();
    while (ids > MAX_IDS || entries.size() > MAX_ENTRIES) {
      ids -= eldest.next().length;
      eldest.remove();
    }
  }

  /** The keys of a range's rows by their numbers, if they are kept. */
  Optional<KeysByNumber> order(String sql) {
    return refresh() ? Optional.ofNullable(orders.get(sql)) : Optional.empty();
  }

  /**
   * Notes that so many ids of a range were read, or {@link #A_TABLE}.
   *
   * @return how many keys and numbers may be read now, at the cost of all ids that were read since
   *     they were last tried; 0 for none
   */
  int affords(String sql, int count) {
    if (!refresh()) {
      return 0;
    }
    long total = read.merge(sql, (long) count, Long::sum);
    long most = Math.min(MAX_IDS, total / IDS_FOR_A_NUMBER);
    if (most < Math.max(LEAST_NUMBERS, 2 * tried.getOrDefault(sql, 0L))) {
      return 0;
    }
    tried.put(sql, most);
    return (int) most;
  }

  /** Keeps the keys of a range's rows by their numbers, as of the snapshot of the moment. */
  void putOrder(String sql, KeysByNumber order) {
    if (!refresh()) {
      return;
    }
    orders.put(sql, order);
    Iterator<KeysByNumber> eldest = orders.values().iterator();
    while (orders.size() > MAX_ORDERS || orderedKeys() > MAX_IDS) {
      eldest.next();
      eldest.remove();
    }
  }

  private long orderedKeys() {
    return orders.values().stream().mapToLong(KeysByNumber::size).sum();
  }

  private static Key key(String sql, List<@Nullable Object> values) {
    List<@Nullable Object> comparable = new ArrayList<>();
    for (Object value : values) {
      comparable.add(value instanceof byte[] blob ? ByteBuffer.wrap(blob.clone()) : value);
    }
    return new Key(sql, comparable);
  }

  /** Clears what no longer holds; false where nothing may be kept or used. */
  private boolean refresh() {
    if (session.hasWritten()) {
      return false;
    }
    State now =
        new State(readDataVersion(), session.connection().totalChanges(), session.schemaEpoch());
    if (!now.equals(state)) {
      clear();
      state = now;
    }
    return true;
  }

  private long readDataVersion() {
    SqliteStatement statement = dataVersion;
    if (statement == null) {
      statement = session.connection().prepare("PRAGMA data_version");
      dataVersion = statement;
    }
    try {
      return statement.step() ? statement.getLong(0) : -1;
    } finally {
      statement.reset();
    }
  }

  /** Forgets all. */
  public void clear() {
    entries.clear();
    orders.clear();
    read.clear();
    tried.clear();
    ids = 0;
  }

  @Override
  public void close() {
    clear();
    if (dataVersion != null) {
      dataVersion.close();
      dataVersion = null;
    }
  }
}
