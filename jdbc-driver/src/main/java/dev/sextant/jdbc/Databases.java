package dev.sextant.jdbc;

import dev.sextant.engine.Database;
import dev.sextant.engine.Settings;
import dev.sextant.engine.error.ErrorCode;
import dev.sextant.engine.error.SextantException;
import dev.sextant.sql.SqlEngine;
import dev.sextant.sql.SqlSession;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The databases a driver has open: one per file, shared by its connections and closed with the last
 * of them. A database in memory belongs to one connection.
 */
final class Databases {

  /** One connection's hold on a database. */
  interface Lease extends AutoCloseable {
    SqlSession session();

    /** Gives the hold back. Idempotent. */
    @Override
    void close();
  }

  private static final class Shared {
    final SqlEngine engine;
    int holders;

    Shared(SqlEngine engine) {
      this.engine = engine;
    }
  }

  private final Map<Path, Shared> open = new HashMap<>();

  /** A session on the database a URL names, which is opened if it is not open yet. */
  synchronized Lease open(JdbcUrl url) {
    if (url.file().isEmpty()) {
      SqlEngine engine = open(Optional.empty(), url);
      return lease(engine, engine::close);
    }
    Path path = canonical(url.file().get());
    Shared found = open.get(path);
    Shared shared;
    if (found == null) {
      shared = new Shared(open(Optional.of(path), url));
      open.put(path, shared);
    } else {
      checkAgrees(path, found.engine.database().settings(), Settings.of(url.given()), url);
      shared = found;
    }
    shared.holders++;
    Lease lease = lease(shared.engine, () -> release(path, shared));
    if (found != null && "ro".equals(url.given().get(Settings.MODE.name()))) {
      try {
        lease.session().setReadOnly(true);
      } catch (RuntimeException failed) {
        lease.close();
        throw failed;
      }
    }
    return lease;
  }

  private static SqlEngine open(Optional<Path> path, JdbcUrl url) {
    return new SqlEngine(new Database(path, Settings.of(url.given())));
  }

  private synchronized void release(Path path, Shared shared) {
    shared.holders--;
    if (shared.holders == 0) {
      open.remove(path);
      shared.engine.close();
    }
  }

  private static Lease lease(SqlEngine engine, Runnable release) {
    SqlSession session;
    try {
      session = engine.connect();
    } catch (RuntimeException failed) {
      release.run();
      throw failed;
    }
    return new Lease() {
      private @Nullable Runnable pending = release;

      @Override
      public SqlSession session() {
        return session;
      }

      @Override
      public void close() {
        Runnable once;
        synchronized (this) {
          once = pending;
          pending = null;
        }
        if (once != null) {
          try {
            session.close();
          } finally {
            once.run();
          }
        }
      }
    };
  }

  /* The settings belong to the database, not to the connection: one that names another value than
  the one in force would not get it. Only "mode" can be narrowed for a single connection. */
  private static void checkAgrees(Path path, Settings inForce, Settings asked, JdbcUrl url) {
    for (String name : url.given().keySet()) {
      Settings.Setting setting = Settings.find(name);
      String is = inForce.get(setting);
      String wanted = asked.get(setting);
      boolean narrower = setting.equals(Settings.MODE) && !is.equals("ro");
      if (!is.equals(wanted) && !narrower) {
        throw new SextantException(
            ErrorCode.CANNOT_CONNECT,
            "Database \""
                + path
                + "\" is open in this process with "
                + name
                + "="
                + is
                + " and this connection asks for "
                + wanted
                + ". Use the same value, or close the other connections first.");
      }
    }
  }

  /** The same path for the same file, whether or not the file exists yet. */
  private static Path canonical(Path path) {
    Path absolute = path.toAbsolutePath().normalize();
    try {
      if (Files.exists(absolute)) {
        return absolute.toRealPath();
      }
      Path folder = absolute.getParent();
      Path name = absolute.getFileName();
      if (folder != null && name != null && Files.exists(folder)) {
        return folder.toRealPath().resolve(name);
      }
    } catch (IOException unreadable) {
      return absolute; // opening it will say what is wrong
    }
    return absolute;
  }
}
