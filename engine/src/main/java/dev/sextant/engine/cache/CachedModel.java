package dev.sextant.engine.cache;

import static java.util.Objects.requireNonNull;

import dev.sextant.engine.embed.Embedding;
import dev.sextant.engine.embed.EmbeddingModel;
import dev.sextant.engine.embed.EmbeddingWatch;
import dev.sextant.engine.embed.TokenSplitter;
import dev.sextant.engine.error.ErrorCode;
import dev.sextant.engine.error.SextantException;
import dev.sextant.storage.StorageException;
import dev.sextant.storage.cache.CacheKey;
import dev.sextant.storage.cache.CacheValue;
import dev.sextant.storage.cache.StoredVector;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;

/*
 * A call looks its distinct texts up. Of those missed it computes the ones that no other thread is
 * computing, longest first and some hundred at a time, so that a call that is cancelled leaves most
 * of its work in the cache; only then does it wait for the others. Since whoever waits has no
 * flight of its own open, no two calls wait for each other.
 *
 * A flight ends after its vector is in the tiers and leaves the table after that, and a thread that
 * enters a flight looks in the tiers once more: so a text is not computed twice at the same time.
 */
/** A model behind the cache. Closing it closes neither. */
final class CachedModel implements EmbeddingModel {
  private static final int TEXTS_AT_ONCE = 256;
  private static final int LOOKS_AT_ONCE = 256;

  private final EmbeddingModel model;
  private final EmbeddingSpace space;
  private final Tiers tiers;
  private final Shared shared;
  private final KeyMaker keys;
  private final int number;

  /**
   * What all models of a cache share.
   *
   * @param flights the computations under way
   * @param joins how often a request waited for another's, by the model's number
   * @param computed texts embedded, by the model's number
   */
  record Shared(
      Map<CacheKey, Flight> flights,
      Map<Integer, LongAdder> joins,
      Map<Integer, LongAdder> computed,
      InstantSource clock) {}

  CachedModel(EmbeddingModel model, EmbeddingSpace space, Tiers tiers, Shared shared) {
    this.model = model;
    this.space = space;
    this.tiers = tiers;
    this.shared = shared;
    this.keys = new KeyMaker(space);
    this.number = tiers.models().number(space.model());
  }

  /** A text of a call: its key, and in the end its vector. */
  private static final class Wanted {
    final String text;
    final CacheKey key;
    Optional<Embedding> found = Optional.empty();
    boolean given;

    Wanted(String text, CacheKey key) {
      this.text = text;
      this.key = key;
    }
  }

  @Override
  public String name() {
    return model.name();
  }

  @Override
  public String fingerprint() {
    return model.fingerprint();
  }

  @Override
  public int dimensions() {
    return model.dimensions();
  }

  @Override
  public int maxTokens() {
    return model.maxTokens();
  }

  @Override
  public Optional<TokenSplitter> tokenSplitter() {
    return model.tokenSplitter();
  }

  @Override
  public Embedding embed(String text) {
    return embedAll(List.of(text), EmbeddingWatch.NONE).getFirst();
  }

  @Override
  public List<Embedding> embedAll(List<String> texts, EmbeddingWatch watch) {
    Map<String, Wanted> distinct = new LinkedHashMap<>();
    for (String text : texts) {
      distinct.computeIfAbsent(text, t -> new Wanted(t, keys.key(t)));
    }
    try {
      compute(missing(distinct, watch), distinct.size(), watch);
    } catch (StorageException failure) {
      throw SextantException.of(failure);
    }
    watch.progress(distinct.size(), distinct.size());
    return texts.stream().map(text -> give(requireNonNull(distinct.get(text)))).toList();
  }

  /** A text that stands there again gets an array of its own. */
  private static Embedding give(Wanted wanted) {
    Embedding embedding = wanted.found.orElseThrow();
    boolean again = wanted.given;
    wanted.given = true;
    return again ? copy(embedding) : embedding;
  }

  private List<Wanted> missing(Map<String, Wanted> distinct, EmbeddingWatch watch) {
    List<Wanted> missing = new ArrayList<>();
    int looked = 0;
    for (Wanted wanted : distinct.values()) {
      if (++looked % LOOKS_AT_ONCE == 0 && watch.cancelled()) {
        throw new SextantException(
            ErrorCode.CANCELLED, "Embedding was cancelled while looking in the cache.");
      }
      if (!lookUp(wanted)) {
        missing.add(wanted);
      }
    }
    return missing;
  }

  private static Embedding copy(Embedding embedding) {
    return new Embedding(embedding.vector().clone(), embedding.tokens(), embedding.truncated());
  }

  private boolean lookUp(Wanted wanted) {
    Optional<StoredVector> found = tiers.findHot(number, wanted.key);
    if (found.isEmpty()) {
      found = tiers.findDurable(number, wanted.key);
    }
    found.ifPresent(stored -> take(wanted, stored));
    return found.isPresent();
  }

  private void take(Wanted wanted, StoredVector stored) {
    CacheValue value = stored.value();
    wanted.found = Optional.of(new Embedding(stored.vector(), value.tokens(), value.truncated()));
    tiers.requested(wanted.key, space.dimensions(), value.costMicros());
  }

  /** Computes what is missing or waits for those who do. */
  private void compute(List<Wanted> missing, int total, EmbeddingWatch watch) {
    List<Wanted> open = missing;
    while (!open.isEmpty()) {
      List<Wanted> mine = new ArrayList<>();
      Map<Wanted, Flight> others = new LinkedHashMap<>();
      for (Wanted wanted : open) {
        enter(wanted, mine, others);
      }
      computeMine(mine, new Progress(watch, total, total - open.size()));
      List<Wanted> abandoned = new ArrayList<>();
      others.forEach(
          (wanted, flight) -> {
            wanted.found = flight.await(watch);
            if (wanted.found.isEmpty()) {
              abandoned.add(wanted);
            } else {
              tiers.requested(wanted.key, space.dimensions(), 1);
            }
          });
      open = abandoned;
    }
  }

  private void enter(Wanted wanted, List<Wanted> mine, Map<Wanted, Flight> others) {
    Flight flight = new Flight();
    Flight other = shared.flights().putIfAbsent(wanted.key, flight);
    if (other != null) {
      shared.joins().computeIfAbsent(number, n -> new LongAdder()).increment();
      others.put(wanted, other);
      return;
    }
    Optional<StoredVector> landed = tiers.peek(wanted.key);
    if (landed.isPresent()) {
      take(wanted, landed.get());
      wanted.found.ifPresent(embedding -> land(wanted, copy(embedding)));
    } else {
      mine.add(wanted);
    }
  }

  private void land(Wanted wanted, Embedding embedding) {
    Flight flight = shared.flights().remove(wanted.key);
    if (flight != null) {
      flight.land(embedding);
    }
  }

  private void computeMine(List<Wanted> mine, Progress progress) {
    mine.sort(Comparator.comparingInt(wanted -> -wanted.text.length()));
    int done = 0;
    try {
      while (done < mine.size()) {
        List<Wanted> some = mine.subList(done, Math.min(mine.size(), done + TEXTS_AT_ONCE));
        progress.done = done;
        computeSome(some, progress);
        done += some.size();
      }
    } catch (RuntimeException | Error failure) {
      for (Wanted wanted : mine) {
        Flight flight = wanted.found.isPresent() ? null : shared.flights().remove(wanted.key);
        if (flight != null) {
          end(flight, failure);
        }
      }
      throw failure;
    }
  }

  private static void end(Flight flight, Throwable failure) {
    boolean cancelled =
        failure instanceof SextantException known && known.code() == ErrorCode.CANCELLED;
    if (cancelled) {
      flight.abandon();
    } else {
      flight.fail(failure);
    }
  }

  /** Computes texts by one call; each is taken to cost by its tokens. */
  private void computeSome(List<Wanted> some, EmbeddingWatch watch) {
    List<String> texts = some.stream().map(wanted -> space.prefix() + wanted.text).toList();
    Instant start = shared.clock().instant();
    List<Embedding> embeddings = model.embedAll(texts, watch);
    Instant end = shared.clock().instant();
    requireSound(embeddings, texts.size());
    shared.computed().computeIfAbsent(number, n -> new LongAdder()).add(texts.size());
    double micros = Duration.between(start, end).toNanos() / 1000.0;
    double tokens = embeddings.stream().mapToLong(embedding -> embedding.tokens() + 1).sum();
    for (int i = 0; i < some.size(); i++) {
      Embedding embedding = embeddings.get(i);
      int cost = (int) Math.clamp(micros * (embedding.tokens() + 1) / tokens, 1, 1e9);
      keep(some.get(i), embedding, cost, end.toEpochMilli());
    }
  }

  private void keep(Wanted wanted, Embedding embedding, int costMicros, long nowMillis) {
    CacheValue value =
        new CacheValue(
            number,
            embedding.tokens(),
            embedding.truncated(),
            costMicros,
            nowMillis,
            tiers.expiry(nowMillis));
    float[] own = embedding.vector().clone();
    tiers.keep(new StoredVector(wanted.key, own, value));
    tiers.requested(wanted.key, space.dimensions(), costMicros);
    wanted.found = Optional.of(embedding);
    land(wanted, new Embedding(own, embedding.tokens(), embedding.truncated()));
  }

  private void requireSound(List<Embedding> embeddings, int texts) {
    if (embeddings.size() != texts) {
      throw unsound("gave " + embeddings.size() + " vectors for " + texts + " texts");
    }
    for (Embedding embedding : embeddings) {
      float[] vector = embedding.vector();
      if (vector.length != space.dimensions()) {
        throw unsound(
            "gave a vector of " + vector.length + " dimensions, not " + space.dimensions());
      }
      for (int i = 0; i < vector.length; i++) {
        if (!Float.isFinite(vector[i])) {
          throw unsound("gave " + vector[i] + " as element " + (i + 1) + " of a vector");
        }
      }
    }
  }

  private SextantException unsound(String what) {
    return new SextantException(
        ErrorCode.MODEL_FAILED,
        "Model \"" + space.model() + "\" " + what + "; nothing of it was cached.");
  }

  /** Reports the progress of a part as that of the whole. */
  private static final class Progress implements EmbeddingWatch {
    private final EmbeddingWatch watch;
    private final int total;
    private final int before;
    private int done;

    Progress(EmbeddingWatch watch, int total, int before) {
      this.watch = watch;
      this.total = total;
      this.before = before;
    }

    @Override
    public boolean cancelled() {
      return watch.cancelled();
    }

    @Override
    public void progress(int doneOfPart, int totalOfPart) {
      watch.progress(before + done + doneOfPart, total);
    }
  }

  @Override
  public void close() {}
}
