package dev.sextant.engine.vector;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What the executions of one plan have taught about its filter: which share of the rows it lets
 * through, for each set of parameter values, and what SQLite takes to tell. Safe for many threads.
 */
public final class FilterStatistics {
  private static final int MAX_KEYS = 256;
  private static final double NEW_WEIGHT = 0.3;
  private static final double FIRST_NANOS_PER_ID = 60;
  private static final double FIRST_NANOS_PER_CHECK = 400;
  private static final double FIRST_NANOS_PER_ROW_READ = 400;

  /**
   * What is known for one set of parameter values.
   *
   * @param all the share of all rows that match; NaN where not known
   * @param near the share of rows near to queries; NaN where not known
   * @param spent nanoseconds that went into checking candidates since all ids were last read
   */
  private record Shares(double all, double near, double spent) {
    static final Shares UNKNOWN = new Shares(Double.NaN, Double.NaN, 0);
  }

  private final Map<Integer, Shares> byKey =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Integer, Shares> eldest) {
          return size() > MAX_KEYS;
        }
      };
  private Shares latest = Shares.UNKNOWN;
  private @Nullable Boolean wholeTable;
  private double nanosPerId = FIRST_NANOS_PER_ID;
  private double nanosPerCheck = FIRST_NANOS_PER_CHECK;
  private double nanosPerRowRead = FIRST_NANOS_PER_ROW_READ;

  /** Nothing is known yet. */
  public FilterStatistics() {}

  /** Whether the filter's ids are read from the whole table, asked once. */
  public synchronized boolean readsWholeTable(BooleanSupplier ask) {
    Boolean known = wholeTable;
    if (known == null) {
      known = ask.getAsBoolean();
      wholeTable = known;
    }
    return known;
  }

  /** What is known for parameters whose hash is {@code key}. */
  public Of of(int key) {
    return new Of(key);
  }

  /** What was seen last, for people; empty before the first execution. */
  public synchronized String latest() {
    if (Double.isNaN(latest.all()) && Double.isNaN(latest.near())) {
      return "";
    }
    return Double.isNaN(latest.all())
        ? percent(latest.near()) + " of the rows near to the last query"
        : percent(latest.all()) + " of all rows at the last execution";
  }

  /** A share as people read it. */
  public static String percent(double share) {
    double percent = 100 * share;
    String form = percent >= 10 ? "%.0f %%" : percent >= 1 ? "%.1f %%" : "%.2g %%";
    return String.format(Locale.ROOT, form, percent);
  }

  /** The statistics for one set of parameter values. */
  public final class Of {
    private final int key;

    private Of(int key) {
      this.key = key;
    }

    /** The share of all rows that match, else of those near to queries; NaN if not known. */
    double all() {
      Shares shares = shares();
      return Double.isNaN(shares.all()) ? shares.near() : shares.all();
    }

    /** The share of rows near to queries that match, else of all rows; NaN if not known. */
    double near() {
      Shares shares = shares();
      return Double.isNaN(shares.near()) ? shares.all() : shares.near();
    }

    /** Whether anything is known for these very parameters. */
    public boolean isKnown() {
      synchronized (FilterStatistics.this) {
        return byKey.containsKey(key);
      }
    }

    /** For parameters not seen before, those of the last execution. */
    private Shares shares() {
      synchronized (FilterStatistics.this) {
        return byKey.getOrDefault(key, latest);
      }
    }

    private void keep(Shares shares) {
      byKey.put(key, shares);
      latest = shares;
    }

    /** All matching rows have been read. */
    void counted(long matching, long rows, long nanos, boolean wholeTable) {
      synchronized (FilterStatistics.this) {
        double near = byKey.getOrDefault(key, Shares.UNKNOWN).near();
        keep(new Shares(Math.min(1, (double) matching / Math.max(1, rows)), near, 0));
        if (wholeTable) {
          nanosPerRowRead = blend(nanosPerRowRead, (double) nanos / Math.max(1, rows));
        } else if (matching >= 100) {
          nanosPerId = blend(nanosPerId, (double) nanos / matching);
        }
      }
    }

    /** There are more matching rows than this; what other parameters taught does not hold. */
    void exceeds(long matching, long rows) {
      synchronized (FilterStatistics.this) {
        Shares known = byKey.getOrDefault(key, Shares.UNKNOWN);
        double least = Math.min(1, (double) matching / Math.max(1, rows));
        keep(
            new Shares(Math.max(known.all(), least), Math.max(known.near(), least), known.spent()));
      }
    }

    /** Rows from all over the table have been checked. */
    public void sampled(int rows, int matching) {
      synchronized (FilterStatistics.this) {
        double near = byKey.getOrDefault(key, Shares.UNKNOWN).near();
        keep(new Shares((matching + 0.5) / (rows + 1), near, 0));
      }
    }

    /** Some of the rows nearest to a query have been checked. */
    void checked(int rows, int matching, long nanos) {
      synchronized (FilterStatistics.this) {
        Shares known = byKey.getOrDefault(key, Shares.UNKNOWN);
        double seen = (matching + 0.5) / (rows + 1);
        double near = Double.isNaN(known.near()) ? seen : blend(known.near(), seen);
        keep(new Shares(known.all(), Math.min(1, near), known.spent()));
        if (rows >= 16) {
          nanosPerCheck = blend(nanosPerCheck, (double) nanos / rows);
        }
      }
    }

    /** A search has checked candidates instead of reading all ids. */
    void spent(long nanos) {
      synchronized (FilterStatistics.this) {
        Shares known = byKey.getOrDefault(key, Shares.UNKNOWN);
        byKey.put(key, new Shares(known.all(), known.near(), known.spent() + nanos));
      }
    }

    /** Nanoseconds that went into checking candidates since all ids were last read. */
    double spent() {
      synchronized (FilterStatistics.this) {
        return byKey.getOrDefault(key, Shares.UNKNOWN).spent();
      }
    }

    double nanosPerId() {
      synchronized (FilterStatistics.this) {
        return nanosPerId;
      }
    }

    double nanosPerCheck() {
      synchronized (FilterStatistics.this) {
        return nanosPerCheck;
      }
    }

    double nanosPerRowRead() {
      synchronized (FilterStatistics.this) {
        return nanosPerRowRead;
      }
    }
  }

  private static double blend(double known, double seen) {
    return known + NEW_WEIGHT * (seen - known);
  }
}
