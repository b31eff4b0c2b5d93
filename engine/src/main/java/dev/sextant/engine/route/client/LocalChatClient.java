package dev.sextant.engine.route.client;

import dev.sextant.engine.error.ErrorCode;
import dev.sextant.engine.error.SextantException;
import java.net.http.HttpClient;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Asks servers elsewhere, and those of this process, by HTTP. Neither connections nor the server on
 * loopback are there before the first call.
 */
public final class LocalChatClient implements ChatClient {
  private final LoopbackServer loopback = new LoopbackServer();
  private final Supplier<HttpClient> connections;
  private @Nullable HttpChatClient http;
  private boolean closed;

  /**
   * A client without connections.
   *
   * @param connections makes what makes them
   */
  public LocalChatClient(Supplier<HttpClient> connections) {
    this.connections = connections;
  }

  /** The server of endpoints of this process. */
  public LoopbackServer loopback() {
    return loopback;
  }

  @Override
  public ChatAnswer ask(ChatRequest request) throws ChatFailure {
    return http().ask(request);
  }

  private synchronized HttpChatClient http() {
    if (closed) {
      throw new SextantException(ErrorCode.CONNECTION_CLOSED, "The database is closed.");
    }
    HttpChatClient open = http;
    if (open == null) {
      open = new HttpChatClient(connections.get(), loopback::address);
      http = open;
    }
    return open;
  }

  @Override
  public synchronized void close() {
    closed = true;
    if (http != null) {
      http.close();
    }
    loopback.close();
  }
}
