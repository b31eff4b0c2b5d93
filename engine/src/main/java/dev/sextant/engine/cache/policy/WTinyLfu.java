package dev.sextant.engine.cache.policy;

/*
 * W-TinyLFU [1]. New entries start in a small window, least recently used first out. What leaves
 * the window stands against the entry that would leave the main part, and the one that was asked
 * for less of late goes, by a sketch of frequencies. The main part is a segmented LRU: on trial
 * until asked for again, then protected, which may take four fifths of it.
 *
 * How large the window is follows the workload by hill climbing [2]: after each sample its share
 * moves by a step, in the same direction as long as the hit ratio rises, with steps that fade and
 * start anew when the hit ratio jumps.
 *
 * A candidate that was asked for often but not more often than its victim is let in once in a
 * while: otherwise whoever can make a victim's counters collide could keep it for ever. The numbers
 * are drawn from a fixed seed, so that a run can be repeated.
 *
 * A hit is noted and takes effect with the next miss, sixteen at a time; the one that finds all
 * sixteen places taken is dropped. So it is in Caffeine 3 [3], whose hit rates this policy's are
 * compared with; thresholds, shares and steps are Caffeine's too. The numbers drawn are the one
 * thing that Caffeine does not repeat from run to run.
 *
 * Where memory is waited for, less is done than there. An entry whose counters are all full is not
 * counted again before they are halved, which changes nothing. In a protected queue of thousands an
 * entry stays where it is if no more than a thirty-second of the queue has moved behind it.
 *
 * [1] Einziger, Friedman, Manes: TinyLFU: A Highly Efficient Cache Admission Policy. ACM ToS 2017.
 * [2] Einziger, Eytan, Friedman, Manes: Adaptive Software Cache Management. Middleware 2018.
 * [3] https://github.com/ben-manes/caffeine
 */
/** Admits what is asked for more often than what would have to go for it. */
final class WTinyLfu implements Policy {
  private static final double FIRST_MAIN_SHARE = 0.99;
  private static final double PROTECTED_SHARE = 0.80;
  private static final int MOVES_AT_ONCE = 1000;
  private static final int NOTES = 16;
  private static final int WARM_FREQUENCY = 6;
  private static final int LUCKY_MASK = 127;
  private static final int LARGE_QUEUE = 2_048;
  private static final int NEAR_THE_END = 32;
  private static final long SEED = 0x29EB528AE33AEE1CL;

  private final EvictionListener listener;
  private final Nodes nodes = new Nodes();
  private final EntryQueue window = new EntryQueue(nodes, 0);
  private final EntryQueue probation = new EntryQueue(nodes, 1);
  private final EntryQueue guarded = new EntryQueue(nodes, 2);
  private final FrequencySketch sketch;
  private final HillClimber climber;
  private long capacity;
  private long windowCapacity;
  private long guardedCapacity;
  private final int[] notes = new int[NOTES];
  private final long[] hashes = new long[NOTES];
  private int noted;
  private int moves;
  private long random;

  WTinyLfu(long capacity, int expectedEntries, EvictionListener listener) {
    this.listener = listener;
    this.sketch = new FrequencySketch(expectedEntries);
    this.climber = new HillClimber(capacity);
    this.capacity = capacity;
    this.windowCapacity = capacity - (long) (FIRST_MAIN_SHARE * capacity);
    this.guardedCapacity = (long) (PROTECTED_SHARE * (capacity - windowCapacity));
    this.random = CacheSimulation.mix(SEED + capacity);
  }

  @Override
  public void hit(int entry) {
    if (noted == NOTES) {
      applyHits();
      climb();
    } else {
      notes[noted++] = entry;
    }
  }

  private void applyHits() {
    // Short loops first, so that the memory of all notes is fetched at the same time.
    int period = period();
    int counted = 0;
    for (int i = 0; i < noted; i++) {
      if (nodes.count(notes[i]) != period) {
        hashes[counted++] = nodes.hash(notes[i]);
      }
    }
    sketch.touch(hashes, counted);
    for (int i = 0; i < noted; i++) {
      applyHit(notes[i]);
    }
    noted = 0;
  }

  /** What marks entries whose counters are full: another number after each halving, never 0. */
  private int period() {
    return 1 + sketch.halvings() % Nodes.maxCount();
  }

  private void applyHit(int entry) {
    if (nodes.count(entry) != period() && !sketch.increment(nodes.hash(entry))) {
      nodes.setCount(entry, period());
    }
    climber.hit();
    if (window.holds(entry)) {
      window.moveToLast(entry);
    } else if (guarded.holds(entry)) {
      if (!isNearTheEnd(entry)) {
        guarded.moveToLast(entry);
        nodes.setStamp(entry, ++moves);
      }
    } else if (nodes.weight(entry) <= guardedCapacity) {
      probation.remove(entry);
      guarded.addLast(entry);
      nodes.setStamp(entry, ++moves);
    } else {
      probation.moveToLast(entry);
    }
  }

  private boolean isNearTheEnd(int entry) {
    return guarded.count() >= LARGE_QUEUE
        && moves - nodes.stamp(entry) <= guarded.count() / NEAR_THE_END;
  }

  @Override
  public void add(int entry, long hash, int weight, int cost) {
    applyHits();
    climber.miss();
    sketch.increment(hash);
    if (weight > capacity) {
      listener.evicted(entry);
      return;
    }
    nodes.init(entry, hash, weight, cost);
    if (weight <= windowCapacity) {
      window.addLast(entry);
      evictOverflow(Nodes.NONE);
    } else {
      probation.addLast(entry);
      evictOverflow(entry);
    }
    if (count() > sketch.expectedEntries()) {
      sketch.grow();
    }
    climb();
  }

  /** Evicts what is too much, starting with the candidate and with what the window has too much. */
  private void evictOverflow(int firstCandidate) {
    int candidate = firstCandidate;
    while (window.weight() > windowCapacity) {
      int entry = window.first();
      window.remove(entry);
      probation.addLast(entry);
      candidate = candidate == Nodes.NONE ? entry : candidate;
    }
    while (weight() > capacity) {
      candidate = evictOneOf(candidate);
    }
  }

  /**
   * Evicts the worse of a candidate and its victim, and returns the next candidate. Where the
   * window has room while the whole has none, its oldest entry is the candidate.
   */
  private int evictOneOf(int moved) {
    EntryQueue home = moved == Nodes.NONE ? window : probation;
    int candidate = moved == Nodes.NONE ? window.first() : moved;
    int victim = probation.first();
    if (candidate == Nodes.NONE) {
      evict();
      return Nodes.NONE;
    }
    if (victim != Nodes.NONE && victim != candidate && admits(candidate, victim)) {
      evict(probation, victim);
      return moved;
    }
    int next = home.after(candidate);
    evict(home, candidate);
    return moved == Nodes.NONE ? Nodes.NONE : next;
  }

  private boolean admits(int candidate, int victim) {
    int candidateFrequency = sketch.frequency(nodes.hash(candidate));
    if (candidateFrequency > sketch.frequency(nodes.hash(victim))) {
      return true;
    }
    return candidateFrequency >= WARM_FREQUENCY && (nextRandom() & LUCKY_MASK) == 0;
  }

  private long nextRandom() {
    random ^= random << 13;
    random ^= random >>> 7;
    random ^= random << 17;
    return random >>> 32;
  }

  @Override
  public void evict() {
    applyHits();
    if (probation.count() > 0) {
      evict(probation, probation.first());
    } else if (guarded.count() > 0) {
      evict(guarded, guarded.first());
    } else if (window.count() > 0) {
      evict(window, window.first());
    }
  }

  private void evict(EntryQueue queue, int entry) {
    queue.remove(entry);
    listener.evicted(entry);
  }

  /** Sets the parts' capacities by the climber's advice and moves entries accordingly. */
  private void climb() {
    long change = climber.advise(sketch.period());
    demote();
    if (change > 0) {
      climber.leave(widenWindow(change));
    } else if (change < 0) {
      climber.leave(-narrowWindow(-change));
    }
  }

  private void demote() {
    for (int i = 0; i < MOVES_AT_ONCE && guarded.weight() > guardedCapacity; i++) {
      int entry = guarded.first();
      guarded.remove(entry);
      probation.addLast(entry);
    }
  }

  /** Returns what is left of {@code change} after as many entries as may move at once. */
  private long widenWindow(long change) {
    if (guardedCapacity == 0) {
      return change;
    }
    long left = Math.min(change, guardedCapacity);
    guardedCapacity -= left;
    windowCapacity += left;
    demote();
    for (int i = 0; i < MOVES_AT_ONCE; i++) {
      EntryQueue queue = fits(probation, left) ? probation : guarded;
      if (!fits(queue, left)) {
        break;
      }
      int entry = queue.first();
      left -= nodes.weight(entry);
      queue.remove(entry);
      window.addLast(entry);
    }
    guardedCapacity += left;
    windowCapacity -= left;
    return left;
  }

  private boolean fits(EntryQueue queue, long room) {
    return queue.count() > 0 && nodes.weight(queue.first()) <= room;
  }

  private long narrowWindow(long change) {
    if (windowCapacity <= 1) {
      return change;
    }
    long left = Math.min(change, windowCapacity - 1);
    guardedCapacity += left;
    windowCapacity -= left;
    for (int i = 0; i < MOVES_AT_ONCE && fits(window, left); i++) {
      int entry = window.first();
      left -= nodes.weight(entry);
      window.remove(entry);
      probation.addLast(entry);
    }
    guardedCapacity -= left;
    windowCapacity += left;
    return left;
  }

  @Override
  public void remove(int entry) {
    applyHits();
    EntryQueue queue = window.holds(entry) ? window : guarded.holds(entry) ? guarded : probation;
    queue.remove(entry);
  }

  @Override
  public void resize(long newCapacity) {
    applyHits();
    double scale = (double) newCapacity / capacity;
    capacity = newCapacity;
    windowCapacity = Math.clamp((long) (windowCapacity * scale), 1, newCapacity);
    guardedCapacity = Math.min((long) (guardedCapacity * scale), newCapacity - windowCapacity);
    climber.scale(scale);
    sketch.expect(Math.max(1, (int) Math.min(Integer.MAX_VALUE, sketch.expectedEntries() * scale)));
    evictOverflow(Nodes.NONE);
    demote();
  }

  @Override
  public long weight() {
    return window.weight() + probation.weight() + guarded.weight();
  }

  @Override
  public int count() {
    return window.count() + probation.count() + guarded.count();
  }

  @Override
  public long bookkeepingBytes() {
    return nodes.bytes() + sketch.bytes();
  }
}
