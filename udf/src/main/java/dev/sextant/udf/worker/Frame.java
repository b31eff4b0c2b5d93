package dev.sextant.udf.worker;

/**
 * What travels between a database and its worker, over two pipes, little-endian.
 *
 * <pre>
 * 0   magic      32 bits
 * 4   type       8 bits, then 24 bits of 0
 * 8   sequence   32 bits, the request's number, which its reply repeats
 * 12  length     32 bits, of the payload that follows
 * </pre>
 *
 * <p>Every request gets one reply. A column is a type, a number of rows, a byte for each row that
 * says whether it is NULL, and then either 8 bytes for each row, or for each row where its bytes
 * end, and the bytes.
 */
final class Frame {
  static final int MAGIC = 0x31585355;
  static final int HEADER_BYTES = 16;

  /** More than any profile's batch takes. */
  static final int MAX_BYTES = 1 << 30;

  /** Bytes of a message. */
  static final int MAX_MESSAGE_BYTES = 2000;

  /** To a worker: what it needs to know before it gives up the rest of its rights. */
  static final byte START = 1;

  /** To a worker: run a script and find its function. */
  static final byte OPEN = 2;

  /** To a worker: call a function for a batch. */
  static final byte CALL = 3;

  /** To a worker: forget a function. */
  static final byte CLOSE = 4;

  /** From a worker: ready. */
  static final byte READY = 11;

  /** From a worker: done. */
  static final byte DONE = 12;

  /** From a worker: a column. */
  static final byte RESULT = 13;

  /** From a worker: it failed. */
  static final byte FAILED = 14;

  private Frame() {}

  /** A constant as a byte; both sides are of one build. */
  @SuppressWarnings("EnumOrdinal")
  static byte code(Enum<?> constant) {
    return (byte) constant.ordinal();
  }

  /** A constant by its byte. */
  static <T> T constant(T[] constants, byte code) {
    if (code < 0 || code >= constants.length) {
      throw new FrameException("a constant " + code + " of " + constants.length);
    }
    return constants[code];
  }
}
