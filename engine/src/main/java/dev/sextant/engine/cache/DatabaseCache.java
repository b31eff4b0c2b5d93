package dev.sextant.engine.cache;

import dev.sextant.engine.embed.EmbedRole;
import dev.sextant.engine.embed.EmbeddingModel;
import dev.sextant.engine.error.ErrorCode;
import dev.sextant.engine.error.SextantException;
import dev.sextant.engine.numa.PlacedSpace;
import dev.sextant.engine.numa.Placements;
import dev.sextant.engine.numa.RegionReport;
import java.time.InstantSource;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The one embedding cache of a database, opened when it is first used. Safe for use by many
 * threads.
 */
public final class DatabaseCache implements AutoCloseable {
  private final CacheMemory memory;
  private final InstantSource clock;
  private final CacheWarnings warnings;
  private CacheOptions options;
  private @Nullable EmbeddingCache cache;
  private boolean closed;

  /**
   * A cache that is not open yet.
   *
   * @param placements whose budget its tier in memory draws on, and by which that is placed
   * @throws SextantException {@code 0A000} where this JVM cannot have the store, {@code 22023}
   *     where there is no folder for it
   */
  public DatabaseCache(CacheOptions options, Placements placements, InstantSource clock) {
    SharedStore.requireAvailable(options);
    this.options = options;
    this.memory = CacheMemory.of(placements);
    this.clock = clock;
    this.warnings = new CacheWarnings(clock);
  }

  /**
   * A model behind the cache, for texts of a role. Where there is no memory for the cache, a
   * warning says so and it is the model itself.
   *
   * @throws SextantException {@code 08003} after {@link #close}
   */
  public EmbeddingModel over(EmbeddingModel model, EmbedRole role) {
    EmbeddingSpace space = space(model, role);
    EmbeddingCache opened;
    try {
      opened = open();
    } catch (SextantException failure) {
      if (failure.code() != ErrorCode.OUT_OF_RESOURCES) {
        throw failure;
      }
      warnings.add("Texts are embedded without the cache: " + failure.getMessage());
      return new PrefixedModel(model, space.prefix());
    }
    return opened.over(model, space);
  }

  /** Where the vectors of a model's texts of a role belong. */
  public static EmbeddingSpace space(EmbeddingModel model, EmbedRole role) {
    return EmbeddingSpace.of(model).withPrefix(model.prefix(role));
  }

  /**
   * The cache, opened if it is not.
   *
   * @throws SextantException {@code 53000} where there is no memory for it, {@code 08003} after
   *     {@link #close}
   */
  public synchronized EmbeddingCache open() {
    if (closed) {
      throw new SextantException(
          ErrorCode.CONNECTION_CLOSED,
          "The embedding cache is closed with its database. Open the database again.");
    }
    EmbeddingCache opened = cache;
    if (opened == null) {
      opened = new EmbeddingCache(options, memory, clock, warnings::add);
      cache = opened;
      CacheMemory.warning(opened.placed()).ifPresent(warnings::add);
    }
    return opened;
  }

  /** The cache if there is anything in it: if it was used before, now or by another process. */
  public synchronized Optional<EmbeddingCache> used() {
    boolean file = options.folder().filter(Tiers::hasFile).isPresent();
    return cache != null || (file && !closed) ? Optional.of(open()) : Optional.empty();
  }

  /** The options in force. */
  public synchronized CacheOptions options() {
    return options;
  }

  /**
   * Other options, at once where the cache is open. What another placement comes to is logged, and
   * is a warning where it is not what was wanted.
   *
   * @throws SextantException as {@link EmbeddingCache#reconfigure}; {@code 0A000} and {@code 22023}
   *     as above, {@code 53000} where a placement is to be strict and cannot be had; nothing has
   *     changed then
   */
  public synchronized void reconfigure(CacheOptions wanted) {
    SharedStore.requireAvailable(wanted);
    boolean moved = !wanted.placement().equals(options.placement());
    if (cache != null) {
      cache.reconfigure(wanted);
    } else if (moved) {
      Optional<PlacedSpace> _ = memory.space(wanted); // refuses now what could not be had later
    }
    options = wanted;
    if (moved) {
      Optional<RegionReport> slab = placed();
      memory.note(wanted, slab);
      CacheMemory.warning(slab).ifPresent(warnings::add);
    }
  }

  /** Where its tier in memory was placed; empty where it is not open or that is nobody's wish. */
  public Optional<RegionReport> placed() {
    EmbeddingCache opened;
    synchronized (this) {
      opened = cache;
    }
    return opened == null ? Optional.empty() : opened.placed(); // counts pages, which takes a while
  }

  /** What went wrong with it. */
  public CacheWarnings warnings() {
    return warnings;
  }

  /** Writes what waits and frees all; what goes wrong now is logged. Idempotent. */
  @Override
  public void close() {
    EmbeddingCache open;
    synchronized (this) {
      closed = true;
      open = cache;
      cache = null;
    }
    warnings.takeUntold();
    if (open != null) {
      open.close();
    }
    for (String late : warnings.takeUntold()) {
      System.getLogger(DatabaseCache.class.getName()).log(System.Logger.Level.WARNING, late);
    }
  }
}
