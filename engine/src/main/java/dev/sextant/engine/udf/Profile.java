package dev.sextant.engine.udf;

import dev.sextant.udf.SandboxProfile;
import java.util.Map;

/**
 * A profile of a database, or one that every database has.
 *
 * @param parent the profile it extends; empty for one that every database has
 * @param settings what it narrows, as written, by upper-case key
 */
public record Profile(SandboxProfile sandbox, String parent, Map<String, String> settings) {
  /** A profile that nobody can change. */
  public Profile {
    settings = Map.copyOf(settings);
  }

  /** Whether every database has it. */
  public boolean isBuiltIn() {
    return parent.isEmpty();
  }

  /** Its name. */
  public String name() {
    return sandbox.name();
  }
}
