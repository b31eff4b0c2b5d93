package dev.sextant.engine.embed;

import ai.djl.huggingface.tokenizers.jni.TokenizersLibrary;
import dev.sextant.engine.error.ErrorCode;
import dev.sextant.engine.error.SextantException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * The native tokenizer library, loaded once per class loader.
 *
 * <p>It is unpacked here and not by DJL's own loader, which keeps it under the home directory, may
 * download another build of it, and reports each start to a telemetry address.
 */
final class TokenizerLibrary {

  private static final Optional<SextantException> FAILURE = load();

  private TokenizerLibrary() {}

  /**
   * The library's functions.
   *
   * @throws SextantException {@code 58000} where it cannot be unpacked or loaded
   */
  static TokenizersLibrary functions() {
    if (FAILURE.isPresent()) {
      SextantException first = FAILURE.get();
      throw new SextantException(first.code(), String.valueOf(first.getMessage()), first);
    }
    return TokenizersLibrary.LIB;
  }

  @SuppressWarnings("restricted") // System.load: the native code comes from our class path
  private static Optional<SextantException> load() {
    String platform = platform(System.getProperty("os.name"), System.getProperty("os.arch"));
    try {
      Path folder = Files.createTempDirectory("sextant-tokenizers");
      try {
        for (String file : files(platform)) {
          System.load(unpack("native/lib/" + platform + "/cpu/" + file, folder.resolve(file)));
        }
      } finally {
        delete(folder, files(platform));
      }
      return Optional.empty();
    } catch (IOException | UnsatisfiedLinkError failure) {
      return Optional.of(
          new SextantException(
              ErrorCode.MODEL_FAILED,
              "The tokenizer's native code for \""
                  + platform
                  + "\" cannot be unpacked to \""
                  + System.getProperty("java.io.tmpdir")
                  + "\" and loaded: "
                  + failure.getMessage()
                  + ". Set -Djava.io.tmpdir to a folder that is writable and allows"
                  + " executables.",
              failure));
    }
  }

  /** The folder name of a platform in the tokenizers jar. */
  static String platform(String osName, String osArch) {
    String os = osName.toLowerCase(Locale.ROOT);
    String arch = osArch.toLowerCase(Locale.ROOT);
    String family = os.startsWith("windows") ? "win" : os.startsWith("mac") ? "osx" : "linux";
    return family + "-" + (arch.equals("amd64") ? "x86_64" : arch);
  }

  /** The files of a platform, those that others need first. */
  private static List<String> files(String platform) {
    return platform.startsWith("win")
        ? List.of("libwinpthread-1.dll", "libgcc_s_seh-1.dll", "libstdc++-6.dll", "tokenizers.dll")
        : List.of(System.mapLibraryName("tokenizers"));
  }

  private static String unpack(String resource, Path target) throws IOException {
    try (InputStream in = TokenizerLibrary.class.getClassLoader().getResourceAsStream(resource)) {
      if (in == null) {
        throw new IOException("the tokenizers jar holds no \"" + resource + "\"");
      }
      Files.copy(in, target);
      return target.toString();
    }
  }

  /** A loaded library stays mapped without its file, except where Windows keeps hold of it. */
  private static void delete(Path folder, List<String> files) throws IOException {
    for (String file : files) {
      Path path = folder.resolve(file);
      if (!path.toFile().delete() && Files.exists(path)) {
        path.toFile().deleteOnExit();
      }
    }
    if (!folder.toFile().delete()) {
      folder.toFile().deleteOnExit();
    }
  }
}
