package dev.sextant.udf.wasm.wat;

/** All that the instructions of a module can name. */
final class Spaces {
  private final TypeTable types = new TypeTable();
  private final IndexSpace functions = new IndexSpace("function");
  private final IndexSpace tables = new IndexSpace("table");
  private final IndexSpace memories = new IndexSpace("memory");
  private final IndexSpace globals = new IndexSpace("global variable");
  private final IndexSpace segments = new IndexSpace("data segment");
  private boolean dataCounted;

  TypeTable types() {
    return types;
  }

  IndexSpace functions() {
    return functions;
  }

  IndexSpace tables() {
    return tables;
  }

  IndexSpace memories() {
    return memories;
  }

  IndexSpace globals() {
    return globals;
  }

  IndexSpace segments() {
    return segments;
  }

  /** Says that an instruction names a data segment, so that the module has to count them. */
  void countData() {
    dataCounted = true;
  }

  boolean isDataCounted() {
    return dataCounted;
  }
}
