package dev.sextant.jdbc.bench.ann;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.HexFormat;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.CRC32;

/** The libraries from npm, installed once into the cache; native code built for this CPU. */
final class NodePeers {
  private static final long INSTALL_MINUTES = 15;

  private final Path sources;
  private final Path modules;
  private final String version;

  private NodePeers(Path sources, Path modules, String version) {
    this.sources = sources;
    this.modules = modules;
    this.version = version;
  }

  /** Something is missing that the libraries need. */
  static final class Missing extends Exception {
    private static final long serialVersionUID = 1L;

    Missing(String reason) {
      super(reason);
    }
  }

  /** Finds or installs them. */
  static NodePeers install(Path root) throws Missing, IOException, InterruptedException {
    Path sources = root.resolve("jdbc-driver/src/test/node/ann");
    String version = output("node", "--version");
    output("npm", "--version");
    byte[] manifest = Files.readAllBytes(sources.resolve("package.json"));
    CRC32 mark = new CRC32();
    mark.update(manifest);
    Path folder =
        Cache.folder().resolve("node-" + HexFormat.of().toHexDigits((int) mark.getValue()));
    if (!Files.exists(folder.resolve("installed"))) {
      Files.createDirectories(folder);
      Files.copy(
          sources.resolve("package.json"),
          folder.resolve("package.json"),
          StandardCopyOption.REPLACE_EXISTING);
      System.out.println("npm install in " + folder + " ...");
      install(folder, folder.resolve("npm.log"));
      Files.writeString(folder.resolve("installed"), version);
    }
    return new NodePeers(sources, folder, version);
  }

  private static void install(Path folder, Path log)
      throws Missing, IOException, InterruptedException {
    ProcessBuilder npm =
        new ProcessBuilder("npm", "install", "--no-audit", "--no-fund", "--no-package-lock")
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile());
    // hnswlib leaves its AVX kernels out where the compiler is not told of the CPU.
    npm.environment()
        .putAll(Map.of("CFLAGS", "-O3 -march=native", "CXXFLAGS", "-O3 -march=native"));
    Process process = npm.start();
    boolean ended = process.waitFor(INSTALL_MINUTES, TimeUnit.MINUTES);
    if (!ended || process.exitValue() != 0) {
      process.destroyForcibly();
      throw new Missing("npm install failed, see " + log);
    }
  }

  private static String output(String... command) throws Missing, InterruptedException {
    try {
      Process process =
          new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
      String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (process.waitFor() == 0) {
        return text.strip();
      }
    } catch (IOException notThere) {
      // As when it fails.
    }
    throw new Missing("no " + command[0]);
  }

  /** Node's version. */
  String version() {
    return version;
  }

  /** The version that is installed of a package. */
  String version(String library) throws IOException {
    Path manifest = modules.resolve("node_modules").resolve(library).resolve("package.json");
    Matcher found =
        Pattern.compile("\"version\"\\s*:\\s*\"([^\"]+)\"").matcher(Files.readString(manifest));
    return found.find() ? found.group(1) : "?";
  }

  /** A child process that holds one index. */
  Process start(String library, Path scratch, File errors) throws IOException {
    return new ProcessBuilder(
            "node",
            "--max-old-space-size=4096",
            sources.resolve("driver.mjs").toString(),
            modules.toString(),
            library,
            scratch.toString())
        .redirectError(errors)
        .start();
  }
}
