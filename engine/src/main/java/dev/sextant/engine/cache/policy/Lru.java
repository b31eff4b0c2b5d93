package dev.sextant.engine.cache.policy;

/** Least recently used: the entry whose last request is longest ago goes. */
final class Lru implements Policy {
  private final EvictionListener listener;
  private final Nodes nodes = new Nodes();
  private final EntryQueue queue = new EntryQueue(nodes, 0);
  private long capacity;

  Lru(long capacity, EvictionListener listener) {
    this.capacity = capacity;
    this.listener = listener;
  }

  @Override
  public void hit(int entry) {
    queue.moveToLast(entry);
  }

  @Override
  public void add(int entry, long hash, int weight, int cost) {
    if (weight > capacity) {
      listener.evicted(entry);
      return;
    }
    nodes.init(entry, hash, weight, cost);
    queue.addLast(entry);
    evictOverflow();
  }

  private void evictOverflow() {
    while (queue.weight() > capacity) {
      evict();
    }
  }

  @Override
  public void remove(int entry) {
    queue.remove(entry);
  }

  @Override
  public void evict() {
    int entry = queue.first();
    if (entry != Nodes.NONE) {
      queue.remove(entry);
      listener.evicted(entry);
    }
  }

  @Override
  public void resize(long newCapacity) {
    capacity = newCapacity;
    evictOverflow();
  }

  @Override
  public long weight() {
    return queue.weight();
  }

  @Override
  public int count() {
    return queue.count();
  }

  @Override
  public long bookkeepingBytes() {
    return nodes.bytes();
  }
}
