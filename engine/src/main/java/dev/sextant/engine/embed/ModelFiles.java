package dev.sextant.engine.embed;

import dev.sextant.engine.error.ErrorCode;
import dev.sextant.engine.error.SextantException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The files of a user's ONNX model.
 *
 * @param graph the ONNX file
 * @param tokenizer its {@code tokenizer.json}
 */
record ModelFiles(Path graph, Path tokenizer) {
  private static final List<String> GRAPHS = List.of("model.onnx", "onnx/model.onnx");
  private static final String TOKENIZER = "tokenizer.json";

  /**
   * The files that a definition means: {@code path} is the graph or a folder with it, {@code
   * tokenizer} a file, by default that beside the graph or in the folder above it.
   *
   * @param folder what relative paths are relative to
   * @throws SextantException {@code 58000} where one is missing
   */
  static ModelFiles of(ModelDefinition definition, Path folder) {
    Path given = folder.resolve(definition.option("path").orElseThrow());
    Path graph =
        Files.isDirectory(given)
            ? first(GRAPHS.stream().map(given::resolve).toList())
                .orElseThrow(() -> missing(definition, given, "has no " + GRAPHS.getFirst()))
            : given;
    if (!Files.isRegularFile(graph)) {
      throw missing(definition, graph, "is no file");
    }
    Optional<String> named = definition.option("tokenizer");
    if (named.isPresent()) {
      Path tokenizer = folder.resolve(named.get());
      if (!Files.isRegularFile(tokenizer)) {
        throw missing(definition, tokenizer, "is no file");
      }
      return new ModelFiles(graph, tokenizer);
    }
    Path tokenizer =
        first(List.of(graph.resolveSibling(TOKENIZER), graph.resolveSibling("../" + TOKENIZER)))
            .orElseThrow(
                () ->
                    missing(
                        definition, graph, "has no " + TOKENIZER + " beside it: give tokenizer"));
    return new ModelFiles(graph, tokenizer);
  }

  private static Optional<Path> first(List<Path> files) {
    return files.stream().filter(Files::isRegularFile).findFirst();
  }

  private static SextantException missing(ModelDefinition definition, Path path, String what) {
    return new SextantException(
        ErrorCode.MODEL_FAILED,
        "Model \""
            + definition.name()
            + "\" cannot be loaded: \""
            + path.normalize()
            + "\" "
            + what
            + ".");
  }
}
