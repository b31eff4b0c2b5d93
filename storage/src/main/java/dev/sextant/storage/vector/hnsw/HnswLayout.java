package dev.sextant.storage.vector.hnsw;

import dev.sextant.storage.vector.Metric;
import java.util.List;
import java.util.Locale;

/**
 * Where everything lies in a segment's file. Numbers are little-endian.
 *
 * <pre>
 *   0 +--------------------------------------------------------------+
 *     | magic "SXTHNSW1" (8)      | version   | metric               |
 *  16 | m          | efConstruct. | quantiz.  | dimensions           |
 *  32 | rows       | top level    | seq (8)                          |
 *  48 | nodes on level 1, 2 .. 15 (15 x 4)           | tombstones    |
 * 112 | 10 sections: offset (8), bytes (8), CRC32C (4), 0 (4)        |
 * 352 | zeros                                                        |
 * 508 | CRC32C of bytes 0 to 507                                     |
 * 512 +--------------------------------------------------------------+
 *     | vectors         rows x vectorStride     float32, 0-padded    |
 *     | norms           rows x 4                1 / length; COSINE   |
 *     | center          dimensions x 4          with codes           |
 *     | codes           rows x codeStride       with codes           |
 *     | terms           rows x 8                int8                 |
 *     | links           rows x 2m x 4           level 0, ordinals    |
 *     | upper links     (n1 + n2 + ..) x m x 4  level 1, 2 ..        |
 *     | upper ordinals  n1 x 4                  of the upper nodes   |
 *     | rowids          rows x 8                ascending            |
 *     | tombstones      tombstones x 8          ascending            |
 *     +--------------------------------------------------------------+
 * </pre>
 *
 * <p>Each section starts at a multiple of 64, so that in memory a row of vectors crosses no more
 * cache lines than it must; what lies between two is not looked at. A row's place, its ordinal, is
 * its rank by rowid. Nodes above level 0 are numbered from the highest level down, so that level l
 * holds nodes 0 to n(l)-1. Unused links are -1 and end a row.
 *
 * @param parameters of the graph
 * @param dimensions of every vector
 * @param rows in the segment
 * @param levels how many nodes each level above 0 has
 * @param seq of the newest change that the segment covers
 * @param tombstones how many rowids of older segments the segment takes the place of
 */
@SuppressWarnings("ArrayRecordComponent") // Never compared.
record HnswLayout(
    HnswParameters parameters, int dimensions, int rows, int[] levels, long seq, int tombstones) {
  static final int ALIGNMENT = 64;
  static final int HEADER_BYTES = 512;
  static final int HEADER_CRC = 508;
  static final long MAGIC = 0x3157534e48545853L;
  static final int VERSION = 2;

  /** By their number in the file. */
  static final List<Metric> METRICS = List.of(Metric.L2, Metric.COSINE, Metric.INNER_PRODUCT);

  static final List<Quantization> QUANTIZATIONS =
      List.of(Quantization.NONE, Quantization.INT8, Quantization.RABITQ);

  static final int VERSION_AT = 8;
  static final int METRIC_AT = 12;
  static final int M_AT = 16;
  static final int EF_AT = 20;
  static final int QUANTIZATION_AT = 24;
  static final int DIMENSIONS_AT = 28;
  static final int ROWS_AT = 32;
  static final int TOP_AT = 36;
  static final int SEQ_AT = 40;
  static final int LEVELS_AT = 48;
  static final int TOMBSTONES_AT = 108;
  static final int TABLE_AT = 112;
  static final int ENTRY_BYTES = 24;

  /** The parts of a segment, in the order of the file. */
  enum Section {
    VECTORS,
    NORMS,
    CENTER,
    CODES,
    TERMS,
    LINKS,
    UPPER_LINKS,
    UPPER_ORDINALS,
    ROWIDS,
    TOMBSTONES;

    /** The name in messages. */
    String label() {
      return name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }
  }

  /** Bytes of a section. */
  long bytes(Section section) {
    HnswParameters p = parameters;
    boolean coded = p.quantization() != Quantization.NONE;
    return switch (section) {
      case VECTORS -> (long) rows * vectorStride(dimensions);
      case NORMS -> p.metric() == Metric.COSINE ? (long) rows * Float.BYTES : 0;
      case CENTER -> coded ? (long) dimensions * Float.BYTES : 0;
      case CODES -> (long) rows * codeStride(p.quantization(), dimensions);
      case TERMS -> p.quantization() == Quantization.INT8 ? (long) rows * Int8Codec.TERM_BYTES : 0;
      case LINKS -> (long) rows * 2 * p.m() * Integer.BYTES;
      case UPPER_LINKS -> upperNodes() * p.m() * Integer.BYTES;
      case UPPER_ORDINALS -> levels.length == 0 ? 0 : (long) levels[0] * Integer.BYTES;
      case ROWIDS -> (long) rows * Long.BYTES;
      case TOMBSTONES -> (long) tombstones * Long.BYTES;
    };
  }

  /** Where a section starts in the file. */
  long offset(Section section) {
    long offset = HEADER_BYTES;
    for (Section before : Section.values()) {
      if (before == section) {
        break;
      }
      offset = align(offset + bytes(before));
    }
    return offset;
  }

  /** Where a section's entry in the header starts. */
  static int entry(Section section) {
    return TABLE_AT + List.of(Section.values()).indexOf(section) * ENTRY_BYTES;
  }

  /** Bytes of the whole file. */
  long fileBytes() {
    return offset(Section.TOMBSTONES) + bytes(Section.TOMBSTONES);
  }

  /** Where the links of a level above 0 start in their section. */
  long upperOffset(int level) {
    long nodes = 0;
    for (int l = 1; l < level; l++) {
      nodes += levels[l - 1];
    }
    return nodes * parameters.m() * Integer.BYTES;
  }

  private long upperNodes() {
    long nodes = 0;
    for (int count : levels) {
      nodes += count;
    }
    return nodes;
  }

  /** Bytes from one vector to the next. */
  static int vectorStride(int dimensions) {
    return (int) align((long) dimensions * Float.BYTES);
  }

  /** Bytes from one row of codes to the next; 0 without codes. */
  static int codeStride(Quantization quantization, int dimensions) {
    return switch (quantization) {
      case NONE -> 0;
      case INT8 -> (int) align(dimensions);
      case RABITQ -> (int) align(RabitqCodec.bits(dimensions) / Byte.SIZE + Int8Codec.TERM_BYTES);
    };
  }

  private static long align(long bytes) {
    return (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
  }
}
