package dev.sextant.udf;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * What functions of a profile may do and use.
 *
 * @param name by which SQL knows it
 * @param limits of one call
 * @param required layers without which no function of this profile runs
 * @param systemCalls what a worker may ask of the kernel
 */
public record SandboxProfile(
    String name, Limits limits, Set<Layer> required, SystemCalls systemCalls) {
  /** A layer of defence that a host has or lacks. */
  public enum Layer {
    /** No system call but those listed. */
    SECCOMP,
    /** No file but those listed. */
    LANDLOCK
  }

  /**
   * A rule as a row.
   *
   * @param profile whose rule
   * @param layer what enforces it: language, limit, seccomp, landlock, rlimit or process
   * @param verb what it is about: call, use, read, have
   * @param object of the verb
   * @param action what happens
   */
  public record Rule(String profile, String layer, String verb, String object, String action) {}

  /** A profile that nobody can change. */
  public SandboxProfile {
    required = Set.copyOf(required);
  }

  /** A profile with the system calls of {@code untrusted}. */
  public SandboxProfile(String name, Limits limits, Set<Layer> required) {
    this(name, limits, required, SystemCalls.UNTRUSTED);
  }

  /** All rules, those that hold for every profile included. */
  public List<Rule> rules() {
    List<Rule> rules = new ArrayList<>();
    for (Layer layer : Layer.values()) {
      String action = required.contains(layer) ? "required" : "used where there";
      rules.add(rule("host", "have", layer.name().toLowerCase(Locale.ROOT), action));
    }
    limits
        .settings()
        .forEach((key, value) -> rules.add(rule("limit", "use", key, "up to " + value)));
    rules.add(rule("landlock", "read", "the JDK, the C library, the worker's classes", "allow"));
    rules.add(rule("landlock", "read", "any other file", "EACCES"));
    rules.add(rule("landlock", "write", "any file", "EACCES"));
    rules.add(rule("process", "have", "capabilities", "none"));
    rules.add(rule("process", "have", "environment", "empty"));
    rules.add(rule("process", "have", "descriptors", "0 to 2"));
    addCalls(rules, "start", systemCalls.start());
    addCalls(rules, "run", systemCalls.run());
    return rules;
  }

  private void addCalls(List<Rule> rules, String stage, SystemCallPolicy policy) {
    String layer = "seccomp " + stage;
    for (Map.Entry<CallCategory, CallAction> denied : policy.denied().entrySet()) {
      String category = denied.getKey().name().toLowerCase(Locale.ROOT);
      rules.add(rule(layer, "call", "any of " + category, denied.getValue().toString()));
    }
    for (CallRule call : policy.rules()) {
      rules.add(rule(layer, "call", call.toString(), call.action().toString()));
    }
    rules.add(rule(layer, "call", "any other", policy.otherwise().toString()));
  }

  private Rule rule(String layer, String verb, String object, String action) {
    return new Rule(name, layer, verb, object, action);
  }
}
