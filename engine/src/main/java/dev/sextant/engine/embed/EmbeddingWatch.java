package dev.sextant.engine.embed;

/** Watches {@link EmbeddingModel#embedAll} from its caller's side. */
@FunctionalInterface
public interface EmbeddingWatch {

  /** Neither looks nor cancels. */
  EmbeddingWatch NONE = () -> false;

  /** Whether to stop. Called by several threads, before each text, so it must be quick. */
  boolean cancelled();

  /**
   * Called on the thread that waits, every now and then and once at the end.
   *
   * @param done texts embedded so far
   * @param total texts asked for
   */
  default void progress(int done, int total) {}
}
