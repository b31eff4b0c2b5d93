package dev.sextant.engine.cache;

import static java.util.Objects.requireNonNull;

import dev.sextant.engine.cache.policy.Policy;
import dev.sextant.engine.cache.policy.PolicyKind;
import dev.sextant.engine.error.ErrorCode;
import dev.sextant.engine.error.SextantException;
import dev.sextant.storage.StorageException;
import dev.sextant.storage.cache.CacheKey;
import dev.sextant.storage.cache.CacheValue;
import dev.sextant.storage.cache.EntryFilter;
import dev.sextant.storage.cache.ModelCounters;
import dev.sextant.storage.cache.StoredEntry;
import dev.sextant.storage.cache.StoredVector;
import dev.sextant.storage.cache.shared.SharedFile;
import dev.sextant.storage.cache.shared.SharedLook;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/*
 * The policy knows the entries that this process put or found. Others may put more, and remove what
 * the policy knows; the file is the truth, and the policy hears of a difference when it meets one:
 * an entry found and not known is added, one known and not found is removed. A pinned entry is
 * never known. Where a segment has no room the policy evicts; where that is not enough, all entries
 * of the segment are made known and may go.
 */
/** One segment of the shared file as this process sees it. All calls under its monitor. */
final class SharedView {
  private static final int NONE = -1;

  /** What damage is counted for where nobody knows the model. */
  private static final int UNKNOWN_MODEL = 0;

  private static final int TYPICAL_DIMENSIONS = 384;
  private static final long BYTES_PER_KNOWN = 160;

  private final SharedFile file;
  private final int segment;
  private final InstantSource clock;
  private final Policy policy;
  private final ModelCounters counters = new ModelCounters();
  private final Map<CacheKey, Integer> numbers = new HashMap<>();
  private final List<@Nullable Known> known = new ArrayList<>();
  private final Deque<Integer> free = new ArrayDeque<>();
  private int adding = NONE;
  private long freed;

  /** An entry that the policy knows. */
  private static final class Known {
    final CacheKey key;
    long usedMillis;

    Known(CacheKey key, long usedMillis) {
      this.key = key;
      this.usedMillis = usedMillis;
    }
  }

  /** A view that knows nothing yet. */
  SharedView(SharedFile file, int segment, PolicyKind kind, InstantSource clock) {
    this.file = file;
    this.segment = segment;
    this.clock = clock;
    int expected = (int) (file.segmentBytes() / SharedFile.bytesOf(TYPICAL_DIMENSIONS));
    this.policy = kind.create(file.segmentBytes(), Math.max(1, expected), this::evicted);
  }

  private int learn(CacheKey key) {
    int number = free.isEmpty() ? known.size() : free.pop();
    Known entry = new Known(key, clock.millis());
    if (number == known.size()) {
      known.add(entry);
    } else {
      known.set(number, entry);
    }
    numbers.put(key, number);
    return number;
  }

  private CacheKey unlearn(int number) {
    CacheKey key = requireNonNull(known.set(number, null)).key;
    numbers.remove(key);
    free.push(number);
    return key;
  }

  private void evicted(int number) {
    CacheKey key = unlearn(number);
    if (number == adding) {
      adding = NONE;
      return;
    }
    int[] model = {0};
    int bytes =
        file.removeIf(
            key,
            entry -> {
              model[0] = entry.value().model();
              return !entry.pinned();
            });
    if (bytes > 0) {
      counters.of(model[0]).evictions++;
      freed += bytes;
    }
  }

  private void adopt(StoredEntry entry) {
    policy.add(learn(entry.key()), entry.key().hash(), entry.bytes(), entry.value().costMicros());
  }

  private void forget(CacheKey key) {
    Integer number = numbers.get(key);
    if (number != null) {
      policy.remove(number);
      unlearn(number);
    }
  }

  private void remove(CacheKey key) {
    forget(key);
    file.removeIf(key, entry -> true);
  }

  /** Looks an entry up; one that is expired or damaged is removed and not found. */
  private Optional<SharedLook.Found> find(int model, CacheKey key) {
    SharedLook look = file.find(key);
    return switch (look) {
      case SharedLook.Found found -> {
        CacheValue value = found.stored().value();
        long expires = value.expiresMillis();
        if (expires != CacheValue.NEVER && expires <= clock.millis()) {
          counters.of(value.model()).expirations++;
          remove(key);
          yield Optional.empty();
        }
        yield Optional.of(found);
      }
      case SharedLook.Damaged _ -> {
        remove(key);
        counters.of(model).checksumFailures++;
        yield Optional.empty();
      }
      case SharedLook.Absent _ -> {
        forget(key);
        yield Optional.empty();
      }
    };
  }

  /** The vector of a key, counted; the array is the caller's. */
  Optional<StoredVector> get(int model, CacheKey key) {
    Optional<SharedLook.Found> found = find(model, key);
    if (found.isEmpty()) {
      counters.of(model).misses++;
      return Optional.empty();
    }
    StoredVector stored = found.get().stored();
    ModelCounters.Counts counts = counters.of(stored.value().model());
    counts.hits++;
    counts.savedMicros += stored.value().costMicros();
    Integer number = numbers.get(key);
    if (number != null) {
      requireNonNull(known.get(number)).usedMillis = clock.millis();
      policy.hit(number);
    } else if (!found.get().pinned()) {
      policy.add(learn(key), key.hash(), file.bytesOf(stored), stored.value().costMicros());
    }
    return Optional.of(stored);
  }

  /** As {@link #get} into an array of the vector's length. */
  boolean read(int model, CacheKey key, float[] target) {
    Optional<StoredVector> stored = get(model, key);
    if (stored.isEmpty()) {
      return false;
    }
    float[] vector = stored.get().vector();
    if (vector.length != target.length) {
      throw new StorageException(
          StorageException.Kind.DIMENSIONS,
          "A cached vector of "
              + vector.length
              + " dimensions cannot be copied to an array of "
              + target.length
              + ". Give it an array as long as the model's vectors.");
    }
    System.arraycopy(vector, 0, target, 0, vector.length);
    return true;
  }

  /** As {@link #get}, uncounted and unknown to the policy; expired ones too. */
  Optional<StoredVector> peek(CacheKey key) {
    return file.find(key) instanceof SharedLook.Found(StoredVector stored, boolean _)
        ? Optional.of(stored)
        : Optional.empty();
  }

  /** Takes a vector in if the policy admits it; says whether the key is there now. */
  boolean put(StoredVector stored) {
    if (file.holds(stored.key())) {
      return true;
    }
    forget(stored.key());
    adding = learn(stored.key());
    offer(stored);
    boolean there = adding != NONE && store(stored);
    adding = NONE;
    if (!there) {
      counters.of(stored.value().model()).rejections++;
    }
    return there;
  }

  private void offer(StoredVector stored) {
    int weight = file.bytesOf(stored);
    policy.add(adding, stored.key().hash(), weight, stored.value().costMicros());
  }

  /** Stores what the policy has admitted, and makes room for it. */
  private boolean store(StoredVector stored) {
    SharedFile.Put result = file.put(stored);
    boolean strangers = true;
    while (result == SharedFile.Put.FULL && adding != NONE) {
      if (policy.count() > 1) {
        policy.evict();
      } else if (strangers) {
        // They were there before the new one.
        strangers = false;
        policy.remove(adding);
        adoptStrangers();
        offer(stored);
      } else {
        break;
      }
      result = adding == NONE ? result : file.put(stored);
    }
    boolean there = result == SharedFile.Put.ADDED || result == SharedFile.Put.PRESENT;
    if (adding != NONE && !there) {
      policy.remove(adding);
      unlearn(adding);
    }
    return there && adding != NONE;
  }

  private void adoptStrangers() {
    List<StoredEntry> strangers = new ArrayList<>();
    List<CacheKey> damaged = new ArrayList<>();
    file.forEach(
        segment,
        entry -> {
          if (entry.dimensions() == 0) {
            damaged.add(entry.key());
          } else if (!entry.pinned() && !numbers.containsKey(entry.key())) {
            strangers.add(entry);
          }
        });
    damaged.forEach(this::remove);
    counters.of(UNKNOWN_MODEL).checksumFailures += damaged.size();
    strangers.forEach(this::adopt);
  }

  /** Pins an entry or ends that; says whether it is there. */
  boolean pin(CacheKey key, boolean pinned) {
    Optional<SharedLook.Found> found = find(UNKNOWN_MODEL, key);
    if (found.isEmpty() || found.get().pinned() == pinned) {
      return found.isPresent();
    }
    StoredVector stored = found.get().stored();
    if (pinned) {
      requireRoomForPins(file.bytesOf(stored));
    }
    boolean there = file.pin(key, pinned);
    forget(key);
    if (there && !pinned) {
      policy.add(learn(key), key.hash(), file.bytesOf(stored), stored.value().costMicros());
    }
    return there && file.holds(key);
  }

  private void requireRoomForPins(int bytes) {
    long[] pinned = {bytes};
    file.forEach(segment, entry -> pinned[0] += entry.pinned() ? entry.bytes() : 0);
    long most = file.segmentBytes() / 2;
    if (pinned[0] > most) {
      throw new SextantException(
          ErrorCode.OUT_OF_RESOURCES,
          "Pinned entries may take at most half of the embedding cache's part, "
              + most
              + " bytes, but would take "
              + pinned[0]
              + ". Unpin others or raise cache.hot_bytes.");
    }
  }

  /** Evicts so many bytes by the policy, or all that may go; returns the bytes. */
  long evict(long bytes) {
    if (policy.weight() < bytes) {
      adoptStrangers();
    }
    freed = 0;
    while (freed < bytes && policy.count() > 0) {
      policy.evict();
    }
    return freed;
  }

  /** Removes what the filter matches, and what is damaged; returns how many it matched. */
  long invalidate(EntryFilter filter) {
    List<StoredEntry> matching = new ArrayList<>();
    file.forEach(
        segment,
        entry -> {
          boolean damaged = entry.dimensions() == 0;
          if (damaged || filter.matches(entry.value().model(), entry.value().createdMillis())) {
            matching.add(entry);
          }
        });
    matching.forEach(entry -> remove(entry.key()));
    return matching.stream().filter(entry -> entry.dimensions() > 0).count();
  }

  /** All entries; the time of the last use is this process's, or that of the computation. */
  List<StoredEntry> list() {
    List<StoredEntry> all = new ArrayList<>();
    file.forEach(
        segment,
        entry -> {
          if (entry.dimensions() > 0) {
            all.add(entry);
          }
        });
    all.replaceAll(this::withLastUse);
    return all;
  }

  private StoredEntry withLastUse(StoredEntry entry) {
    Integer number = numbers.get(entry.key());
    return number == null
        ? entry
        : new StoredEntry(
            entry.key(),
            entry.dimensions(),
            entry.bytes(),
            entry.value(),
            requireNonNull(known.get(number)).usedMillis,
            entry.pinned());
  }

  /** Adds what this process counted. */
  void count(ModelCounters sum) {
    counters.addTo(sum);
  }

  /** Adds the entries of all processes. */
  void countEntries(ModelCounters sum) {
    Consumer<StoredEntry> counting =
        entry -> {
          ModelCounters.Counts counts = sum.of(entry.value().model());
          counts.entries++;
          counts.bytes += entry.bytes();
        };
    list().forEach(counting);
  }

  long bookkeepingBytes() {
    return policy.bookkeepingBytes() + BYTES_PER_KNOWN * known.size();
  }
}
