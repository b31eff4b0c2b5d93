package dev.sextant.jdbc;

import dev.sextant.engine.error.ErrorCode;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.Reader;
import java.io.StringReader;
import java.io.StringWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.sql.Clob;
import java.sql.NClob;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** A text in memory, for both character LOB types. Positions count from 1. */
final class SextantClob implements NClob {
  private @Nullable String text;

  SextantClob(String text) {
    this.text = text;
  }

  private String text() throws SQLException {
    if (text == null) {
      throw Errors.of(ErrorCode.CONNECTION_CLOSED, "The Clob has been freed.");
    }
    return text;
  }

  @Override
  public long length() throws SQLException {
    return text().length();
  }

  @Override
  public String getSubString(long pos, int length) throws SQLException {
    int from = SextantBlob.offset(pos, text().length());
    return text().substring(from, Math.min(text().length(), from + Math.max(length, 0)));
  }

  @Override
  public Reader getCharacterStream() throws SQLException {
    return new StringReader(text());
  }

  @Override
  public Reader getCharacterStream(long pos, long length) throws SQLException {
    return new StringReader(getSubString(pos, (int) Math.min(length, Integer.MAX_VALUE)));
  }

  @Override
  public InputStream getAsciiStream() throws SQLException {
    return new ByteArrayInputStream(text().getBytes(StandardCharsets.US_ASCII));
  }

  @Override
  public long position(String pattern, long start) throws SQLException {
    int found = text().indexOf(pattern, SextantBlob.offset(start, text().length()));
    return found < 0 ? -1 : found + 1L;
  }

  @Override
  public long position(Clob pattern, long start) throws SQLException {
    return position(pattern.getSubString(1, (int) pattern.length()), start);
  }

  @Override
  public int setString(long pos, String source) throws SQLException {
    int at = SextantBlob.offset(pos, text().length());
    int end = Math.min(text().length(), at + source.length());
    text = text().substring(0, at) + source + text().substring(end);
    return source.length();
  }

  @Override
  public int setString(long pos, String source, int offset, int length) throws SQLException {
    return setString(pos, source.substring(offset, offset + length));
  }

  @Override
  public OutputStream setAsciiStream(long pos) throws SQLException {
    SextantBlob.offset(pos, text().length());
    return new ByteArrayOutputStream() {
      @Override
      public void close() throws IOException {
        SextantClob.this.write(pos, toString(StandardCharsets.US_ASCII));
      }
    };
  }

  @Override
  public Writer setCharacterStream(long pos) throws SQLException {
    SextantBlob.offset(pos, text().length());
    return new StringWriter() {
      @Override
      public void close() throws IOException {
        SextantClob.this.write(pos, toString());
      }
    };
  }

  private void write(long pos, String source) throws IOException {
    try {
      setString(pos, source);
    } catch (SQLException freed) {
      throw new IOException(freed);
    }
  }

  @Override
  public void truncate(long length) throws SQLException {
    if (length < 0 || length > text().length()) {
      throw Errors.of(
          ErrorCode.INVALID_PARAMETER,
          "A Clob of " + text().length() + " characters cannot be cut to " + length + ".");
    }
    text = text().substring(0, (int) length);
  }

  @Override
  public void free() {
    text = null;
  }
}
