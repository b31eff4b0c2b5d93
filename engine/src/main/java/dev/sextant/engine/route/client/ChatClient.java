package dev.sextant.engine.route.client;

/** Asks endpoints, once each time: whoever calls decides what follows a failure. */
@FunctionalInterface
public interface ChatClient extends AutoCloseable {
  /**
   * The answer of an endpoint.
   *
   * @throws ChatFailure where there is none
   */
  ChatAnswer ask(ChatRequest request) throws ChatFailure;

  @Override
  default void close() {
    // Nothing is open.
  }
}
