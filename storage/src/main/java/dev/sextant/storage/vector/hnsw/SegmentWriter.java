package dev.sextant.storage.vector.hnsw;

import dev.sextant.storage.StorageException;
import dev.sextant.storage.StorageException.Kind;
import dev.sextant.storage.vector.hnsw.HnswLayout.Section;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.zip.CRC32C;

/** Writes a segment's file so that a crash leaves it whole or absent. */
final class SegmentWriter {
  /** Bytes handled at one time; a multiple of every alignment. */
  static final long SLICE = 64L << 20;

  private static final Set<StandardOpenOption> FRESH =
      Set.of(
          StandardOpenOption.CREATE,
          StandardOpenOption.TRUNCATE_EXISTING,
          StandardOpenOption.WRITE);

  private SegmentWriter() {}

  static void write(Path file, HnswLayout layout, Map<Section, MemorySegment> sections) {
    Path target = file.toAbsolutePath();
    Path folder = Objects.requireNonNull(target.getParent(), "a file has a folder");
    Path temporary = target.resolveSibling(target.getFileName() + ".tmp");
    try {
      try (FileChannel channel = FileChannel.open(temporary, FRESH)) {
        writeAll(channel, layout, sections);
        channel.force(true);
      }
      Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
      force(folder);
    } catch (IOException e) {
      deleteQuietly(temporary);
      throw new StorageException(
          Kind.IO,
          "Index segment \""
              + target
              + "\" cannot be written: "
              + e
              + ". Check the folder's permissions and free space.",
          e);
    }
  }

  private static void writeAll(
      FileChannel channel, HnswLayout layout, Map<Section, MemorySegment> sections)
      throws IOException {
    ByteBuffer header = ByteBuffer.allocate(HnswLayout.HEADER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    putParameters(header, layout);
    for (Section section : Section.values()) {
      MemorySegment bytes = Objects.requireNonNull(sections.get(section));
      long offset = layout.offset(section);
      int crc = writeSection(channel, bytes, offset);
      int entry = HnswLayout.entry(section);
      header.putLong(entry, offset);
      header.putLong(entry + 8, bytes.byteSize());
      header.putInt(entry + 16, crc);
    }
    CRC32C crc = new CRC32C();
    crc.update(header.array(), 0, HnswLayout.HEADER_CRC);
    header.putInt(HnswLayout.HEADER_CRC, (int) crc.getValue());
    header.clear();
    writeFully(channel, header, 0);
    if (channel.size() < layout.fileBytes()) {
      writeFully(channel, ByteBuffer.allocate(1), layout.fileBytes() - 1);
    }
  }

  private static void putParameters(ByteBuffer header, HnswLayout layout) {
    HnswParameters parameters = layout.parameters();
    header.putLong(0, HnswLayout.MAGIC);
    header.putInt(HnswLayout.VERSION_AT, HnswLayout.VERSION);
    header.putInt(HnswLayout.METRIC_AT, HnswLayout.METRICS.indexOf(parameters.metric()));
    header.putInt(HnswLayout.M_AT, parameters.m());
    header.putInt(HnswLayout.EF_AT, parameters.efConstruction());
    header.putInt(
        HnswLayout.QUANTIZATION_AT, HnswLayout.QUANTIZATIONS.indexOf(parameters.quantization()));
    header.putInt(HnswLayout.DIMENSIONS_AT, layout.dimensions());
    header.putInt(HnswLayout.ROWS_AT, layout.rows());
    header.putInt(HnswLayout.TOP_AT, layout.levels().length);
    header.putLong(HnswLayout.SEQ_AT, layout.seq());
    header.putInt(HnswLayout.TOMBSTONES_AT, layout.tombstones());
    for (int l = 0; l < layout.levels().length; l++) {
      header.putInt(HnswLayout.LEVELS_AT + l * Integer.BYTES, layout.levels()[l]);
    }
  }

  private static int writeSection(FileChannel channel, MemorySegment bytes, long offset)
      throws IOException {
    CRC32C crc = new CRC32C();
    for (long from = 0; from < bytes.byteSize(); from += SLICE) {
      long size = Math.min(SLICE, bytes.byteSize() - from);
      ByteBuffer slice = bytes.asSlice(from, size).asByteBuffer();
      crc.update(slice.duplicate());
      writeFully(channel, slice, offset + from);
    }
    return (int) crc.getValue();
  }

  private static void writeFully(FileChannel channel, ByteBuffer bytes, long offset)
      throws IOException {
    long at = offset;
    while (bytes.hasRemaining()) {
      at += channel.write(bytes, at);
    }
  }

  /** Makes the name in {@code folder} last; a system without that notion refuses to open it. */
  private static void force(Path folder) throws IOException {
    if (System.getProperty("os.name", "").startsWith("Windows")) {
      return;
    }
    try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  private static void deleteQuietly(Path temporary) {
    try {
      Files.deleteIfExists(temporary);
    } catch (IOException e) {
      System.getLogger(SegmentWriter.class.getName())
          .log(System.Logger.Level.WARNING, "temporary file was left behind", e);
    }
  }
}
