package dev.sextant.engine.measure.events;

import dev.sextant.storage.probe.UnavailableException;

/** Opens watches. */
public interface EventSource {

  /**
   * A watch for the calling thread, already watching.
   *
   * @throws UnavailableException with the reason why nothing can be watched
   */
  EventWatch open() throws UnavailableException;

  /** The Flight Recorder of this JVM. */
  static EventSource host() {
    return () -> {
      if (ModuleLayer.boot().findModule("jdk.jfr").isEmpty()) {
        throw new UnavailableException(
            "this JVM has no Flight Recorder: module jdk.jfr is missing");
      }
      return JfrWatch.open();
    };
  }
}
