package dev.sextant.udf;

import java.util.Set;

/**
 * What functions of a profile may do and use.
 *
 * @param name by which SQL knows it
 * @param limits of one call
 * @param required layers without which no function of this profile runs
 */
public record SandboxProfile(String name, Limits limits, Set<Layer> required) {
  /** A layer of defence that a host has or lacks. */
  public enum Layer {
    /** No system call but those listed. */
    SECCOMP,
    /** No file but those listed. */
    LANDLOCK
  }

  /** A profile that nobody can change. */
  public SandboxProfile {
    required = Set.copyOf(required);
  }
}
