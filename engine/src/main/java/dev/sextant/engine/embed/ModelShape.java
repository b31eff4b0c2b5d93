package dev.sextant.engine.embed;

/**
 * What an ONNX model needs to be known of beside its files.
 *
 * @param name as SQL calls it
 * @param dimensions length of its vectors; 0 to take what the graph gives
 * @param maxTokens its window
 * @param pooling how its states become a vector
 * @param normalize whether vectors are scaled to length 1
 * @param queryPrefix what is put before texts that are searched for
 * @param passagePrefix what is put before texts that are to be found
 */
record ModelShape(
    String name,
    int dimensions,
    int maxTokens,
    Pooling pooling,
    boolean normalize,
    String queryPrefix,
    String passagePrefix) {

  /** What is put before texts of a role. */
  String prefix(EmbedRole role) {
    return switch (role) {
      case TEXT -> "";
      case QUERY -> queryPrefix;
      case PASSAGE -> passagePrefix;
    };
  }
}
