package dev.sextant.engine.cache.policy;

/*
 * S3-FIFO [1]. A tenth of the capacity is a first-in-first-out queue on trial; an entry that was
 * asked for at least twice there moves to the main queue when its turn comes, any other goes and
 * leaves its hash among the ghosts. A key that is missed while among the ghosts starts in the main
 * queue. There an entry goes round as often as it was asked for, three times at most.
 *
 * As in the authors' own program the ghosts weigh at most nine tenths of the capacity, and an entry
 * that moves to the main queue starts to be counted anew.
 *
 * [1] Yang, Zhang, Qiu, Yue, Rashmi: FIFO Queues are All You Need for Cache Eviction. SOSP 2023.
 */
/** S3-FIFO: a hit only counts, so it is the cheapest of the policies. */
final class S3Fifo implements Policy {
  private static final double SMALL_SHARE = 0.1;
  private static final double GHOST_SHARE = 0.9;
  private static final int MAX_COUNT = 3;
  private static final int PROMOTING_COUNT = 2;

  private final EvictionListener listener;
  private final Nodes nodes = new Nodes();
  private final EntryQueue small = new EntryQueue(nodes, 0);
  private final EntryQueue main = new EntryQueue(nodes, 1);
  private final GhostQueue ghosts;
  private long capacity;
  private long smallCapacity;

  S3Fifo(long capacity, EvictionListener listener) {
    this.listener = listener;
    this.capacity = capacity;
    this.smallCapacity = (long) (capacity * SMALL_SHARE);
    this.ghosts = new GhostQueue((long) (capacity * GHOST_SHARE));
  }

  @Override
  public void hit(int entry) {
    int count = nodes.count(entry);
    if (count < MAX_COUNT) {
      nodes.setCount(entry, count + 1);
    }
  }

  @Override
  public void add(int entry, long hash, int weight, int cost) {
    if (weight > capacity) {
      listener.evicted(entry);
      return;
    }
    while (weight() + weight > capacity) {
      evict();
    }
    nodes.init(entry, hash, weight, cost);
    (ghosts.take(hash) ? main : small).addLast(entry);
  }

  @Override
  public void evict() {
    // A turn on the small queue may promote all that is in it and evict nothing.
    int before = count();
    while (before > 0 && count() == before) {
      boolean smallIsFull = small.count() > 0 && small.weight() >= smallCapacity;
      if (smallIsFull || main.count() == 0) {
        evictFromSmall();
      } else {
        evictFromMain();
      }
    }
  }

  private void evictFromSmall() {
    for (int entry = small.first(); entry != Nodes.NONE; entry = small.first()) {
      small.remove(entry);
      if (nodes.count(entry) < PROMOTING_COUNT) {
        ghosts.push(nodes.hash(entry), nodes.weight(entry));
        listener.evicted(entry);
        return;
      }
      nodes.setCount(entry, 0);
      main.addLast(entry);
      if (main.weight() > capacity - smallCapacity) {
        evictFromMain();
      }
    }
  }

  private void evictFromMain() {
    for (int entry = main.first(); entry != Nodes.NONE; entry = main.first()) {
      int count = nodes.count(entry);
      if (count == 0) {
        main.remove(entry);
        listener.evicted(entry);
        return;
      }
      nodes.setCount(entry, count - 1);
      main.moveToLast(entry);
    }
  }

  @Override
  public void remove(int entry) {
    (small.holds(entry) ? small : main).remove(entry);
  }

  @Override
  public void resize(long newCapacity) {
    capacity = newCapacity;
    smallCapacity = (long) (capacity * SMALL_SHARE);
    ghosts.resize((long) (capacity * GHOST_SHARE));
    while (weight() > capacity) {
      evict();
    }
  }

  @Override
  public long weight() {
    return small.weight() + main.weight();
  }

  @Override
  public int count() {
    return small.count() + main.count();
  }

  @Override
  public long bookkeepingBytes() {
    return nodes.bytes() + ghosts.bytes();
  }
}
