package dev.sextant.engine.measure.events;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/** A sample of a measurement, so that its time is on the clock of the JVM's own events. */
@Name(SampleEvent.NAME)
@Label("Sextant sample")
@Category("Sextant")
@Description("One run of a measured query")
@StackTrace(false)
final class SampleEvent extends Event {
  static final String NAME = "dev.sextant.Sample";

  /** Tells watches of several sessions apart. */
  @Label("Watch")
  long watch;

  @Label("Number")
  int number;
}
