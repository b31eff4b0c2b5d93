package dev.sextant.jdbc.bench.ann;

import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Who takes part, and who does not and why. */
final class Contenders {
  private static final List<String> QUANTIZATIONS = List.of("rabitq", "int8", "none");
  private static final List<NodeContender.Library> LIBRARIES =
      List.of(
          new NodeContender.Library(
              "hnswlib",
              "hnswlib-node",
              "hnswlib-node",
              "m=16, ef_construction=128, inner product where vectors have length 1",
              false,
              false),
          new NodeContender.Library(
              "usearch-f32",
              "usearch f32",
              "usearch",
              "connectivity=16, expansion_add=128",
              true,
              false),
          new NodeContender.Library(
              "usearch-i8",
              "usearch i8",
              "usearch",
              "connectivity=16, expansion_add=128, int8, not ranked by float32",
              true,
              false),
          new NodeContender.Library(
              "sqlite-vec",
              "sqlite-vec",
              "sqlite-vec",
              "vec0, compares all rows, first 100 queries",
              false,
              true));

  private final Map<String, String> skipped = new LinkedHashMap<>();
  private final Map<String, String> versions = new LinkedHashMap<>();
  private final String peers;
  private @Nullable NodePeers node;

  /** Finds out who is there. */
  Contenders(Path root, String peers) throws IOException, InterruptedException {
    this.peers = peers;
    if (!peers.equals("none")) {
      versions.put("JVector", version("jvector-") + ", " + JvectorContender.kernels());
      versions.put("Lucene", version("lucene-core-"));
    }
    if (peers.equals("all")) {
      try {
        NodePeers installed = NodePeers.install(root);
        node = installed;
        versions.put("Node", installed.version());
        for (NodeContender.Library library : LIBRARIES) {
          versions.put(library.npm(), installed.version(library.npm()));
        }
      } catch (NodePeers.Missing missing) {
        LIBRARIES.forEach(library -> skipped.put(library.name(), missing.getMessage()));
      }
    }
  }

  /** The version in the name of a jar on the class path. */
  private static String version(String prefix) {
    for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
      String file = Path.of(entry).getFileName().toString();
      if (file.startsWith(prefix) && file.endsWith(".jar")) {
        return file.substring(prefix.length(), file.length() - ".jar".length());
      }
    }
    return "?";
  }

  /** Versions of the libraries. */
  Map<String, String> versions() {
    return versions;
  }

  /** Who does not take part, with the reason. */
  Map<String, String> skipped() {
    return skipped;
  }

  /** Sextant, once for each quantization. */
  List<SextantContender> ours(Dataset data, Path template) {
    return QUANTIZATIONS.stream()
        .map(quantization -> new SextantContender(data, template, quantization))
        .toList();
  }

  /** The libraries that run in this process. */
  List<Contender> javaPeers(Dataset data, WorkFolder work) {
    if (peers.equals("none")) {
      return List.of();
    }
    String rows = "-" + data.base().length;
    return List.of(
        new JvectorContender(data, null),
        new JvectorContender(data, work.file("jvector" + rows)),
        new LuceneContender(data, work.file("lucene" + rows), false),
        new LuceneContender(data, work.file("lucene-int8" + rows), true));
  }

  /** The libraries that run in processes of their own. */
  List<Contender> nodePeers(Dataset data, WorkFolder work) {
    NodePeers installed = node;
    if (installed == null) {
      return List.of();
    }
    List<Contender> contenders = new ArrayList<>();
    LIBRARIES.forEach(l -> contenders.add(new NodeContender(installed, l, data, work)));
    return contenders;
  }

  /** Takes someone out. */
  void skip(String name, Exception reason) {
    skipped.put(name, String.valueOf(reason.getMessage()));
  }
}
