package dev.sextant.storage.vector.hnsw;

import dev.sextant.storage.StorageException;
import dev.sextant.storage.StorageException.Kind;
import dev.sextant.storage.memory.MemoryBudget;
import dev.sextant.storage.numa.Space;
import dev.sextant.storage.vector.Kernels;
import dev.sextant.storage.vector.Metric;
import dev.sextant.storage.vector.VectorLimits;
import dev.sextant.storage.vector.hnsw.HnswLayout.Section;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.zip.CRC32C;

/** Reads a segment's file and believes nothing that it has not checked. */
final class SegmentReader {
  private final Path file;
  private final FileChannel channel;

  private SegmentReader(Path file, FileChannel channel) {
    this.file = file;
    this.channel = channel;
  }

  static HnswSegment open(Path file, MemoryBudget budget, Kernels kernels, Space space) {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      return new SegmentReader(file, channel).read(budget, kernels, space);
    } catch (NoSuchFileException e) {
      throw new StorageException(
          Kind.CANNOT_OPEN, "Index segment \"" + file + "\" is not there. Rebuild the index.", e);
    } catch (IOException e) {
      throw new StorageException(
          Kind.IO,
          "Index segment \"" + file + "\" cannot be read: " + e + ". Check its permissions.",
          e);
    }
  }

  private HnswSegment read(MemoryBudget budget, Kernels kernels, Space space) throws IOException {
    ByteBuffer header = header();
    HnswLayout layout = layout(header);
    requireSections(header, layout);
    OffHeap memory = new OffHeap(budget, "Index segment \"" + file + "\"", space);
    try {
      Map<Section, MemorySegment> sections = new EnumMap<>(Section.class);
      for (Section section : Section.values()) {
        if (!seldomRead(section, layout)) {
          sections.put(section, load(section, header, layout, memory));
        }
      }
      for (Section section : Section.values()) { // with what the budget has left
        if (seldomRead(section, layout)) {
          sections.put(section, load(section, header, layout, memory));
        }
      }
      requireLinks(layout, sections);
      requireRowids(Section.ROWIDS, sections);
      requireRowids(Section.TOMBSTONES, sections);
      return new HnswSegment(layout, sections, new HnswSegment.Owned(memory, budget), kernels);
    } catch (IOException | RuntimeException | Error e) {
      memory.close();
      throw e;
    }
  }

  private ByteBuffer header() throws IOException {
    ByteBuffer header = ByteBuffer.allocate(HnswLayout.HEADER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    readFully("header", header, 0);
    if (header.getLong(0) != HnswLayout.MAGIC) {
      throw corrupt("header", "the magic number of a segment", "another file's");
    }
    CRC32C crc = new CRC32C();
    crc.update(header.array(), 0, HnswLayout.HEADER_CRC);
    requireCrc("header", header.getInt(HnswLayout.HEADER_CRC), (int) crc.getValue());
    int version = header.getInt(HnswLayout.VERSION_AT);
    if (version != HnswLayout.VERSION) {
      throw corrupt("header", "version " + HnswLayout.VERSION, "version " + version);
    }
    return header;
  }

  private HnswLayout layout(ByteBuffer header) {
    Metric metric = choose(HnswLayout.METRICS, header.getInt(HnswLayout.METRIC_AT), "metric");
    Quantization quantization =
        choose(HnswLayout.QUANTIZATIONS, header.getInt(HnswLayout.QUANTIZATION_AT), "quantization");
    int m = range(header.getInt(HnswLayout.M_AT), HnswLimits.MIN_M, HnswLimits.MAX_M, "m");
    int ef =
        range(
            header.getInt(HnswLayout.EF_AT), m, HnswLimits.MAX_EF_CONSTRUCTION, "ef_construction");
    int dims =
        range(
            header.getInt(HnswLayout.DIMENSIONS_AT), 1, VectorLimits.MAX_DIMENSIONS, "dimensions");
    int rows = range(header.getInt(HnswLayout.ROWS_AT), 0, HnswLimits.MAX_ROWS, "rows");
    int top = range(header.getInt(HnswLayout.TOP_AT), 0, HnswLimits.MAX_LEVELS - 1, "levels");
    int[] levels = new int[top];
    int below = rows;
    for (int l = 0; l < top; l++) {
      below = range(header.getInt(HnswLayout.LEVELS_AT + l * Integer.BYTES), 1, below, "nodes");
      levels[l] = below;
    }
    HnswParameters parameters = new HnswParameters(metric, m, ef, quantization);
    int tombstones =
        range(header.getInt(HnswLayout.TOMBSTONES_AT), 0, Integer.MAX_VALUE, "tombstones");
    long seq = header.getLong(HnswLayout.SEQ_AT);
    return new HnswLayout(parameters, dims, rows, levels, seq, tombstones);
  }

  private void requireSections(ByteBuffer header, HnswLayout layout) throws IOException {
    for (Section section : Section.values()) {
      int entry = HnswLayout.entry(section);
      long end = layout.offset(section) + layout.bytes(section);
      if (header.getLong(entry) != layout.offset(section)
          || header.getLong(entry + 8) != layout.bytes(section)) {
        throw corrupt("header", "the place of its " + section.label(), "another");
      }
      if (end > channel.size()) {
        throw corrupt(
            section.label(), "a file of at least " + end + " bytes", channel.size() + " bytes");
      }
    }
    if (channel.size() != layout.fileBytes()) {
      throw corrupt("file", layout.fileBytes() + " bytes", channel.size() + " bytes");
    }
  }

  private MemorySegment load(Section section, ByteBuffer header, HnswLayout layout, OffHeap memory)
      throws IOException {
    long offset = layout.offset(section);
    long size = layout.bytes(section);
    boolean seldomRead = seldomRead(section, layout);
    Optional<MemorySegment> placed = seldomRead ? memory.place(size) : Optional.empty();
    boolean mapped = seldomRead && placed.isEmpty();
    MemorySegment bytes =
        mapped
            ? memory.map(channel, offset, size)
            : placed.isPresent() ? placed.get() : memory.allocate(size);
    CRC32C crc = new CRC32C();
    for (long from = 0; from < size; from += SegmentWriter.SLICE) {
      long length = Math.min(SegmentWriter.SLICE, size - from);
      ByteBuffer slice = bytes.asSlice(from, length).asByteBuffer();
      if (!mapped) {
        readFully(section.label(), slice.duplicate(), offset + from);
      }
      crc.update(slice);
    }
    int entry = HnswLayout.entry(section);
    requireCrc(section.label(), header.getInt(entry + 16), (int) crc.getValue());
    return bytes;
  }

  /** Whether searches read little of it, since they compare codes. */
  private static boolean seldomRead(Section section, HnswLayout layout) {
    return section == Section.VECTORS
        && layout.parameters().quantization() != Quantization.NONE
        && layout.bytes(section) > 0;
  }

  /** Every link leads to a node of its level, so that a search cannot leave the segment. */
  private void requireLinks(HnswLayout layout, Map<Section, MemorySegment> sections) {
    int[] ordinals =
        Objects.requireNonNull(sections.get(Section.UPPER_ORDINALS)).toArray(Layer.INT);
    for (int ordinal : ordinals) {
      if (ordinal < 0 || ordinal >= layout.rows()) {
        throw corrupt(Section.UPPER_ORDINALS.label(), "ordinals of its rows", "" + ordinal);
      }
    }
    for (int level = 0; level <= layout.levels().length; level++) {
      int nodes = level == 0 ? layout.rows() : layout.levels()[level - 1];
      Section section = level == 0 ? Section.LINKS : Section.UPPER_LINKS;
      Layer layer = HnswSegment.layer(layout, sections, level, ordinals);
      int[] links = new int[layer.width()];
      for (int node = 0; node < nodes; node++) {
        Arrays.fill(links, Layer.NONE);
        int count = layer.load(node, links);
        for (int i = 0; i < count; i++) {
          if (links[i] < 0 || links[i] >= nodes) {
            throw corrupt(section.label(), "links to nodes below " + nodes, "" + links[i]);
          }
        }
      }
    }
  }

  private void requireRowids(Section section, Map<Section, MemorySegment> sections) {
    MemorySegment rowids = Objects.requireNonNull(sections.get(section));
    for (long at = Long.BYTES; at < rowids.byteSize(); at += Long.BYTES) {
      if (rowids.get(HnswBuilder.LONG, at) <= rowids.get(HnswBuilder.LONG, at - Long.BYTES)) {
        throw corrupt(section.label(), "ascending rowids", "others");
      }
    }
  }

  private void readFully(String part, ByteBuffer into, long offset) throws IOException {
    long at = offset;
    while (into.hasRemaining()) {
      int read = channel.read(into, at);
      if (read < 0) {
        throw corrupt(part, into.remaining() + " bytes more", "the end of the file");
      }
      at += read;
    }
  }

  private <T> T choose(List<T> values, int index, String what) {
    return values.get(range(index, 0, values.size() - 1, what));
  }

  private int range(int value, int least, int most, String what) {
    if (value < least || value > most) {
      throw corrupt("header", what + " from " + least + " to " + most, "" + value);
    }
    return value;
  }

  private void requireCrc(String part, int expected, int got) {
    if (expected != got) {
      throw corrupt(
          part,
          "checksum " + Integer.toHexString(expected),
          "checksum " + Integer.toHexString(got));
    }
  }

  private StorageException corrupt(String part, String expected, String got) {
    return new StorageException(
        Kind.CORRUPT,
        "Index segment \""
            + file
            + "\" is damaged: its "
            + part
            + " part expects "
            + expected
            + " but got "
            + got
            + ". Rebuild the index.");
  }
}
