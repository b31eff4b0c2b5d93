package dev.sextant.storage.numa;

import dev.sextant.storage.numa.kernel.Reply;

/** There was no memory to populate a region with, on any node that it may use. */
final class MemoryExhausted extends Exception {
  private static final long serialVersionUID = 1L;

  MemoryExhausted(Reply reply) {
    super(reply.error());
  }
}
