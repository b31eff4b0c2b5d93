package dev.sextant.jdbc;

import dev.sextant.engine.error.ErrorCode;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.sql.Blob;
import java.sql.SQLException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** A BLOB in memory. Positions count from 1. */
final class SextantBlob implements Blob {
  private byte @Nullable [] bytes;

  SextantBlob(byte[] bytes) {
    this.bytes = bytes;
  }

  private byte[] bytes() throws SQLException {
    if (bytes == null) {
      throw Errors.of(ErrorCode.CONNECTION_CLOSED, "The Blob has been freed.");
    }
    return bytes;
  }

  static int offset(long pos, long length) throws SQLException {
    if (pos < 1 || pos > length + 1) {
      throw Errors.of(
          ErrorCode.INVALID_PARAMETER,
          "Position " + pos + " is outside of 1 to " + (length + 1) + ".");
    }
    return (int) (pos - 1);
  }

  @Override
  public long length() throws SQLException {
    return bytes().length;
  }

  @Override
  public byte[] getBytes(long pos, int length) throws SQLException {
    int from = offset(pos, bytes().length);
    return Arrays.copyOfRange(bytes(), from, Math.min(bytes().length, from + Math.max(length, 0)));
  }

  @Override
  public InputStream getBinaryStream() throws SQLException {
    return new ByteArrayInputStream(bytes());
  }

  @Override
  public InputStream getBinaryStream(long pos, long length) throws SQLException {
    return new ByteArrayInputStream(getBytes(pos, (int) Math.min(length, Integer.MAX_VALUE)));
  }

  @Override
  public long position(byte[] pattern, long start) throws SQLException {
    byte[] in = bytes();
    for (int at = offset(start, in.length); at + pattern.length <= in.length; at++) {
      if (Arrays.equals(in, at, at + pattern.length, pattern, 0, pattern.length)) {
        return at + 1L;
      }
    }
    return -1;
  }

  @Override
  public long position(Blob pattern, long start) throws SQLException {
    return position(pattern.getBytes(1, (int) pattern.length()), start);
  }

  @Override
  public int setBytes(long pos, byte[] source) throws SQLException {
    return setBytes(pos, source, 0, source.length);
  }

  @Override
  public int setBytes(long pos, byte[] source, int offset, int length) throws SQLException {
    int at = offset(pos, bytes().length);
    byte[] grown = Arrays.copyOf(bytes(), Math.max(bytes().length, at + length));
    System.arraycopy(source, offset, grown, at, length);
    bytes = grown;
    return length;
  }

  @Override
  public OutputStream setBinaryStream(long pos) throws SQLException {
    offset(pos, bytes().length);
    return new ByteArrayOutputStream() {
      @Override
      public void close() throws IOException {
        try {
          setBytes(pos, toByteArray());
        } catch (SQLException freed) {
          throw new IOException(freed);
        }
      }
    };
  }

  @Override
  public void truncate(long length) throws SQLException {
    if (length < 0 || length > bytes().length) {
      throw Errors.of(
          ErrorCode.INVALID_PARAMETER,
          "A Blob of " + bytes().length + " bytes cannot be cut to " + length + ".");
    }
    bytes = Arrays.copyOf(bytes(), (int) length);
  }

  @Override
  public void free() {
    bytes = null;
  }
}
