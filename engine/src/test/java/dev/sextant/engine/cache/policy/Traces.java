package dev.sextant.engine.cache.policy;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.tukaani.xz.XZInputStream;

/** Request streams from real systems, in the formats they were published in. */
final class Traces {
  private static final Path FOLDER =
      Path.of(System.getProperty("sextant.root"), "..", "shared", "data", "traces");

  private final Map<String, long[]> read = new HashMap<>();

  /**
   * A row of the reference table; hit rates in percent.
   *
   * @param size how many keys the cache holds
   * @param best what a cache that knows the future reaches
   */
  record Reference(
      String trace,
      int requests,
      int size,
      double lru,
      double s3fifo,
      double wtinylfu,
      double best) {

    double of(PolicyKind kind) {
      return switch (kind) {
        case LRU -> lru;
        case S3FIFO -> s3fifo;
        case WTINYLFU -> wtinylfu;
        case GDSF -> throw new IllegalArgumentException("no reference for " + kind);
      };
    }
  }

  /** All traces, or a skipped test where the machine has none. */
  static Traces orSkip() {
    assumeTrue(Files.isDirectory(FOLDER), () -> "skipped: no " + FOLDER.normalize());
    return new Traces();
  }

  List<Reference> references() throws IOException {
    try (Stream<String> lines = Files.lines(FOLDER.resolve("hit-rates.csv"))) {
      return lines
          .skip(1)
          .map(line -> line.split(",", -1))
          .map(
              cell ->
                  new Reference(
                      cell[0],
                      Integer.parseInt(cell[1]),
                      Integer.parseInt(cell[3]),
                      Double.parseDouble(cell[5]),
                      Double.parseDouble(cell[7]),
                      Double.parseDouble(cell[8]),
                      Double.parseDouble(cell[9])))
          .toList();
    }
  }

  /** The keys of a trace of the reference table, in order. */
  long[] keys(String name) throws IOException {
    long[] keys = read.get(name);
    if (keys == null) {
      keys = parse(name);
      read.put(name, keys);
    }
    return keys;
  }

  private static long[] parse(String name) throws IOException {
    return switch (name) {
      case "cache2k-web07" -> {
        try (InputStream in = open("web07.trace.xz")) {
          ByteBuffer bytes = ByteBuffer.wrap(new XZInputStream(in).readAllBytes());
          yield LongStream.generate(bytes::getInt).limit(bytes.remaining() / 4).toArray();
        }
      }
      case "corda-trace_vaultservice" -> {
        try (InputStream in = open("corda_vaultservice.gz")) {
          ByteBuffer bytes = ByteBuffer.wrap(new GZIPInputStream(in).readAllBytes());
          yield LongStream.generate(bytes::getLong).limit(bytes.remaining() / 8).toArray();
        }
      }
      case "mooncake-conversation" ->
          lines("mooncake_conversation_trace.jsonl.gz", Traces::blockKeys);
      default ->
          lines(
              "lirs/" + name.substring("lirs-".length()) + ".trace.gz",
              line -> line.equals("*") ? LongStream.empty() : LongStream.of(Long.parseLong(line)));
    };
  }

  private static InputStream open(String file) throws IOException {
    return Files.newInputStream(FOLDER.resolve(file));
  }

  private interface Line {
    LongStream keys(String line);
  }

  private static long[] lines(String file, Line parser) throws IOException {
    try (InputStream in = open(file);
        BufferedReader reader =
            new BufferedReader(
                new InputStreamReader(new GZIPInputStream(in), StandardCharsets.US_ASCII))) {
      return reader
          .lines()
          .map(String::strip)
          .filter(line -> !line.isEmpty())
          .flatMapToLong(parser::keys)
          .toArray();
    }
  }

  /** The numbers of {@code "hash_ids": [...]} in a line of JSON. */
  private static LongStream blockKeys(String line) {
    int open = line.indexOf('[', line.indexOf("\"hash_ids\""));
    String list = line.substring(open + 1, line.indexOf(']', open));
    return Arrays.stream(list.split(",", -1))
        .map(String::strip)
        .filter(number -> !number.isEmpty())
        .mapToLong(Long::parseLong);
  }
}
