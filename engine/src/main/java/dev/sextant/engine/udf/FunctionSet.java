package dev.sextant.engine.udf;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The functions and profiles of one version of the schema. Immutable. */
public final class FunctionSet {
  /** No function, and the profiles that every database has. */
  public static final FunctionSet NONE = new FunctionSet(List.of(), Profiles.builtIn());

  private final Map<String, List<UserFunction>> functions = new LinkedHashMap<>();
  private final List<Profile> profiles;

  /** Functions and all profiles. */
  FunctionSet(List<UserFunction> all, List<Profile> profiles) {
    this.profiles = List.copyOf(profiles);
    for (UserFunction function : all) {
      String name = function.name().toLowerCase(Locale.ROOT);
      functions.computeIfAbsent(name, n -> new ArrayList<>()).add(function);
    }
  }

  /** Whether there is no function. */
  public boolean isEmpty() {
    return functions.isEmpty();
  }

  /** The names, in lower case. */
  public Set<String> names() {
    return functions.keySet();
  }

  /** The functions of a name, in any case. */
  public List<UserFunction> named(String name) {
    return functions.getOrDefault(name.toLowerCase(Locale.ROOT), List.of());
  }

  /** All functions. */
  public List<UserFunction> all() {
    return functions.values().stream().flatMap(List::stream).toList();
  }

  /** Whether all functions of a name give the same for the same arguments. */
  public boolean isDeterministic(String name) {
    return named(name).stream().allMatch(function -> function.definition().deterministic());
  }

  /** All profiles. */
  public List<Profile> profiles() {
    return profiles;
  }

  /** The profile of a name, in any case. */
  public Optional<Profile> profile(String name) {
    return profiles.stream().filter(p -> p.name().equalsIgnoreCase(name)).findFirst();
  }
}
