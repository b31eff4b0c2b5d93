package dev.sextant.engine.vector;

import dev.sextant.storage.StorageException;
import dev.sextant.storage.StorageException.Kind;
import dev.sextant.storage.numa.Enforcement;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/*
 * A session reads an index's definition in its own snapshot. So while a transaction that began
 * before a fold goes on, it asks for the generation of before. The last few are kept open; they
 * share the segments that they have in common. A snapshot older than that searches exactly.
 */

/** The open generations of all indexes of a database. Safe for many threads. */
final class Generations implements AutoCloseable {
  /** Generations of one index that stay open. */
  private static final int KEPT = 4;

  private final PlacedSegments segments;
  private final HnswIndex.Memory memory;
  private final Map<List<String>, HnswIndex> open = new ConcurrentHashMap<>();
  private final Map<String, Deque<HnswIndex>> byName = new HashMap<>();
  private final Map<String, IndexPart> parts = new HashMap<>();
  private final Map<String, String> broken = new ConcurrentHashMap<>();

  Generations(PlacedSegments segments, HnswIndex.Memory memory) {
    this.segments = segments;
    this.memory = memory;
  }

  /** The generation with a definition's segments, if it is open. */
  Optional<HnswIndex> ifOpen(IndexDefinition definition) {
    return Optional.ofNullable(open.get(definition.segments()));
  }

  /**
   * The generation with a definition's segments, opened if need be.
   *
   * @throws StorageException as {@link SegmentFiles#open}
   */
  HnswIndex open(IndexDefinition definition, VectorColumn column) {
    HnswIndex index = open.get(definition.segments());
    return index != null ? index : openNow(definition, column);
  }

  private synchronized HnswIndex openNow(IndexDefinition definition, VectorColumn column) {
    HnswIndex other = open.get(definition.segments());
    if (other != null) {
      return other;
    }
    List<IndexPart> held = new ArrayList<>();
    try {
      for (String segment : definition.segments()) {
        held.add(part(definition, segment));
      }
      HnswIndex index =
          new HnswIndex(definition, held, column, new HnswIndex.Place(memory, segments));
      open.put(definition.segments(), index);
      Deque<HnswIndex> siblings = byName.computeIfAbsent(key(definition), k -> new ArrayDeque<>());
      siblings.addLast(index);
      while (siblings.size() > KEPT) {
        close(siblings.removeFirst());
      }
      return index;
    } catch (RuntimeException failure) {
      letGo(held);
      throw failure;
    }
  }

  /**
   * Opens an index where its placement wants it, in place of all its generations. Where that fails
   * they stay as they are.
   */
  synchronized void place(IndexDefinition definition, VectorColumn column, Enforcement how) {
    Map<String, IndexPart> fresh = new HashMap<>();
    boolean complete = false;
    try {
      for (String name : definition.segments()) {
        IndexPart known = parts.get(name);
        List<SegmentCopy> copies =
            known == null
                ? segments.open(definition, name, how)
                : segments.again(definition, name, known.segment(), how);
        fresh.put(name, new IndexPart(copies, segments.placements()));
      }
      complete = true;
    } finally {
      if (!complete) {
        fresh.values().forEach(part -> part.copies().forEach(SegmentCopy::close));
      }
    }
    retire(definition.name());
    parts.putAll(fresh);
    openNow(definition, column);
  }

  /** The generations that are open. */
  Collection<HnswIndex> open() {
    return List.copyOf(open.values());
  }

  private static String key(IndexDefinition definition) {
    return definition.name().toLowerCase(Locale.ROOT);
  }

  private IndexPart part(IndexDefinition definition, String segment) {
    IndexPart part = parts.get(segment);
    if (part == null) {
      part = new IndexPart(load(definition, segment), segments.placements());
      parts.put(segment, part);
    }
    part.hold();
    return part;
  }

  private List<SegmentCopy> load(IndexDefinition definition, String segment) {
    String known = broken.get(segment);
    if (known != null) {
      throw new StorageException(Kind.CORRUPT, known);
    }
    try {
      return segments.open(definition, segment);
    } catch (StorageException failure) {
      if (failure.kind() == Kind.CORRUPT) {
        broken.put(segment, String.valueOf(failure.getMessage()));
      }
      throw failure;
    }
  }

  private void letGo(List<IndexPart> held) {
    for (IndexPart part : held) {
      if (part.letGo()) {
        parts.values().remove(part);
      }
    }
  }

  private void close(HnswIndex index) {
    open.remove(index.definition().segments());
    index.close();
    letGo(index.parts());
  }

  /** Closes all generations of an index: it is dropped. */
  synchronized void retire(String name) {
    Deque<HnswIndex> siblings = byName.remove(name.toLowerCase(Locale.ROOT));
    if (siblings != null) {
      siblings.forEach(this::close);
    }
  }

  @Override
  public synchronized void close() {
    byName.values().forEach(siblings -> siblings.forEach(this::close));
    byName.clear();
  }
}
