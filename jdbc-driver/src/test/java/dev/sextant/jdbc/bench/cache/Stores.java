package dev.sextant.jdbc.bench.cache;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.sextant.engine.cache.CacheOptions;
import dev.sextant.engine.cache.HotTier;
import dev.sextant.engine.cache.policy.PolicyKind;
import dev.sextant.storage.cache.CacheKey;
import dev.sextant.storage.cache.VectorReader;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import net.openhft.chronicle.hash.Data;
import net.openhft.chronicle.map.ChronicleMap;
import net.openhft.chronicle.map.ExternalMapQueryContext;
import net.openhft.chronicle.map.MapEntry;
import org.lmdbjava.Dbi;
import org.lmdbjava.DbiFlags;
import org.lmdbjava.Env;
import org.lmdbjava.EnvFlags;
import org.lmdbjava.Txn;

/** The stores that are measured. */
final class Stores {
  /** The policy in force where no other is set. */
  static final PolicyKind DEFAULT = CacheOptions.defaults(Optional.empty()).policy();

  private Stores() {}

  /** Sextant's tier in memory: {@code copying} with its checksum, or where the vector lies. */
  static final class Sextant implements Store {
    private final Requests requests;
    private final PolicyKind policy;
    private final boolean copying;
    private final HotTier tier;
    private final float[] target;
    private final VectorReader reader;

    Sextant(Requests requests, long bytes, PolicyKind policy, boolean copying) {
      this.requests = requests;
      this.policy = policy;
      this.copying = copying;
      this.tier = new HotTier(bytes, policy);
      this.target = new float[requests.dimensions()];
      this.reader = this::first;
    }

    private void first(MemorySegment memory, long offset, int dimensions) {
      target[0] = memory.get(ValueLayout.JAVA_FLOAT_UNALIGNED, offset);
    }

    @Override
    public String name() {
      return "Sextant "
          + policy.name().toLowerCase(Locale.ROOT)
          + (copying ? ", copied and checked" : "");
    }

    @Override
    public float get(int number, CacheKey key) {
      boolean hit = copying ? tier.read(key, target) : tier.view(key, reader);
      return hit ? target[0] : MISS;
    }

    @Override
    public void put(int key, float[] vector) {
      tier.put(requests.key(key), vector);
    }

    @Override
    public void close() {
      tier.close();
    }
  }

  /**
   * Caffeine with arrays on the heap, bounded by their number. Its bookkeeping runs on the thread
   * that asks, where it is counted; and it is full, since a cache that is not half full keeps none.
   */
  static final class OfCaffeine implements Store {
    private final Requests requests;
    private final Cache<CacheKey, float[]> cache;

    OfCaffeine(Requests requests, int entries) {
      this.requests = requests;
      this.cache = Caffeine.newBuilder().maximumSize(entries).executor(Runnable::run).build();
    }

    @Override
    public String name() {
      return "Caffeine";
    }

    @Override
    public float get(int number, CacheKey key) {
      float[] vector = cache.getIfPresent(key);
      return vector == null ? MISS : vector[0];
    }

    @Override
    public void put(int key, float[] vector) {
      cache.put(requests.key(key), vector);
    }

    @Override
    public void close() {
      cache.invalidateAll();
    }
  }

  /** Chronicle Map in a file, read where the value lies; it evicts nothing. */
  static final class OfChronicle implements Store {
    private final ChronicleMap<Long, byte[]> map;

    OfChronicle(Requests requests, Path file) throws IOException {
      this.map =
          ChronicleMap.of(Long.class, byte[].class)
              .entries(requests.count())
              .averageValueSize(4.0 * requests.dimensions())
              .createPersistedTo(file.toFile());
    }

    @Override
    public String name() {
      return "Chronicle Map";
    }

    @Override
    public float get(int number, CacheKey key) {
      try (ExternalMapQueryContext<Long, byte[], ?> query = map.queryContext((long) number)) {
        query.readLock().lock();
        MapEntry<Long, byte[]> entry = query.entry();
        if (entry == null) {
          return MISS;
        }
        Data<byte[]> value = entry.value();
        return value.bytes().readFloat(value.offset());
      }
    }

    @Override
    public void put(int key, float[] vector) {
      ByteBuffer value = ByteBuffer.allocate(vector.length * Float.BYTES);
      value.order(ByteOrder.nativeOrder()).asFloatBuffer().put(vector);
      map.put((long) key, value.array());
    }

    @Override
    public void close() {
      map.close();
    }
  }

  /** LMDB in a file, filled once and read where it is mapped; it evicts nothing. */
  static final class OfLmdb implements Store {
    private final Env<ByteBuffer> environment;
    private final Dbi<ByteBuffer> table;
    private Txn<ByteBuffer> transaction;
    private final ByteBuffer key = ByteBuffer.allocateDirect(Long.BYTES);

    OfLmdb(Requests requests, Path folder) {
      this.environment =
          Env.create()
              .setMapSize(32L * requests.count() * requests.dimensions() + (64 << 20))
              .open(folder.toFile(), EnvFlags.MDB_NOSYNC);
      this.table = environment.openDbi((String) null, DbiFlags.MDB_CREATE);
      this.transaction = environment.txnWrite();
    }

    @Override
    public String name() {
      return "lmdbjava";
    }

    private ByteBuffer key(int number) {
      return key.clear().putLong(number).flip();
    }

    @Override
    public float get(int number, CacheKey key) {
      ByteBuffer found = table.get(transaction, key(number));
      return found == null ? MISS : found.order(ByteOrder.LITTLE_ENDIAN).getFloat(found.position());
    }

    @Override
    public void put(int number, float[] vector) {
      ByteBuffer value = ByteBuffer.allocateDirect(vector.length * Float.BYTES);
      value.order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().put(vector);
      table.put(transaction, key(number), value);
    }

    /** Commits what was put; from now on it is only read. */
    void filled() {
      transaction.commit();
      transaction.close();
      transaction = environment.txnRead();
    }

    @Override
    public void close() {
      transaction.close();
      environment.close();
    }
  }

  /** All policies of Sextant's, the default first, read where vectors lie, in so many bytes. */
  static List<Store> ofSextant(Requests requests, long bytes) {
    List<Store> stores = new ArrayList<>();
    stores.add(new Sextant(requests, bytes, DEFAULT, false));
    for (PolicyKind policy : PolicyKind.values()) {
      if (policy != DEFAULT) {
        stores.add(new Sextant(requests, bytes, policy, false));
      }
    }
    return stores;
  }
}
