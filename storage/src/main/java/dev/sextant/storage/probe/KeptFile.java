package dev.sextant.storage.probe;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;

/** A small file of the kernel's, kept open and read again and again. One thread. */
final class KeptFile implements AutoCloseable {
  private static final int BYTES = 512;

  private final LibraryCalls calls;
  private final Arena arena = Arena.ofConfined();
  private final MemorySegment buffer = arena.allocate(BYTES);
  private final int descriptor;
  private int length;

  KeptFile(LibraryCalls calls, Path file) throws UnavailableException {
    this.calls = calls;
    try (Arena scratch = Arena.ofConfined()) {
      this.descriptor = calls.open(scratch.allocateFrom(file.toString()));
    }
    if (descriptor < 0 || !reread()) {
      close();
      throw new UnavailableException(file + " cannot be read");
    }
  }

  /** Reads the file; whether there was anything. */
  boolean reread() {
    length = calls.readStart(descriptor, buffer);
    return length > 0;
  }

  /** The number that begins at or behind an offset; -1 where there is none. */
  long number(int from) {
    int at = from;
    while (at < length && !isDigit(at)) {
      at++;
    }
    if (at >= length) {
      return -1;
    }
    long value = 0;
    while (at < length && isDigit(at)) {
      value = 10 * value + buffer.get(ValueLayout.JAVA_BYTE, at++) - '0';
    }
    return value;
  }

  private boolean isDigit(int at) {
    byte b = buffer.get(ValueLayout.JAVA_BYTE, at);
    return b >= '0' && b <= '9';
  }

  /** The offset behind the next blank or end of line at or behind an offset. */
  int behindBlank(int from) {
    int at = from;
    while (at < length && buffer.get(ValueLayout.JAVA_BYTE, at) > ' ') {
      at++;
    }
    return at + 1;
  }

  /** The offset behind a word; -1 where it does not stand there. */
  int behind(byte[] word) {
    for (int at = 0; at + word.length < length; at++) {
      int same = 0;
      while (same < word.length && buffer.get(ValueLayout.JAVA_BYTE, at + same) == word[same]) {
        same++;
      }
      if (same == word.length) {
        return at + same;
      }
    }
    return -1;
  }

  @Override
  public void close() {
    if (descriptor >= 0) {
      calls.close(descriptor);
    }
    arena.close();
  }
}
