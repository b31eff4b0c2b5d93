package dev.sextant.udf;

import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * What becomes of each system call. A category that is denied comes first; then the rules of the
 * call, in order, of which the first that matches decides; what no rule names gets the action for
 * the rest.
 *
 * @param rules in the order they are tried
 * @param denied categories and what becomes of their calls
 * @param otherwise what becomes of the rest
 */
public record SystemCallPolicy(
    List<CallRule> rules, Map<CallCategory, CallAction> denied, CallAction otherwise) {
  /** A policy that nobody can change and that denies what it names as denied. */
  public SystemCallPolicy {
    rules = List.copyOf(rules);
    EnumMap<CallCategory, CallAction> copy = new EnumMap<>(CallCategory.class);
    copy.putAll(denied);
    denied = Collections.unmodifiableMap(copy);
    if (denied.containsValue(CallAction.ALLOW)) {
      throw new IllegalArgumentException("A denied category cannot be allowed.");
    }
  }

  /** What becomes of a call with six arguments. */
  public CallAction decide(String call, long[] arguments) {
    for (Map.Entry<CallCategory, CallAction> category : denied.entrySet()) {
      if (category.getKey().calls().contains(call)) {
        return category.getValue();
      }
    }
    for (CallRule rule : rules) {
      if (rule.call().equals(call) && rule.matches(arguments)) {
        return rule.action();
      }
    }
    return otherwise;
  }

  /** The rules of one call in order, a denied category's action as the only one. */
  public List<CallRule> rulesOf(String call) {
    List<CallRule> found = new ArrayList<>();
    denied.forEach(
        (category, action) -> {
          if (category.calls().contains(call)) {
            found.add(new CallRule(call, List.of(), action));
          }
        });
    if (found.isEmpty()) {
      rules.stream().filter(rule -> rule.call().equals(call)).forEach(found::add);
    }
    return found;
  }

  /** All calls that are named, by a rule or in a denied category. */
  public Set<String> calls() {
    Set<String> calls = new TreeSet<>();
    rules.forEach(rule -> calls.add(rule.call()));
    denied.keySet().forEach(category -> calls.addAll(category.calls()));
    return calls;
  }

  /** The policy without some calls, which get the action for the rest. */
  public SystemCallPolicy without(Set<String> calls) {
    List<CallRule> kept = rules.stream().filter(rule -> !calls.contains(rule.call())).toList();
    return new SystemCallPolicy(kept, denied, otherwise);
  }

  /** The policy with another action for all that it denies, but for calls that do not exist. */
  public SystemCallPolicy denying(CallAction action) {
    Map<CallCategory, CallAction> changed = new EnumMap<>(CallCategory.class);
    denied.keySet().forEach(category -> changed.put(category, action));
    return new SystemCallPolicy(rules, changed, action);
  }

  /** The policy that reports what it would refuse with EPERM. */
  public SystemCallPolicy reporting() {
    List<CallRule> reported = new ArrayList<>();
    for (CallRule rule : rules) {
      reported.add(new CallRule(rule.call(), rule.tests(), reported(rule.action())));
    }
    Map<CallCategory, CallAction> changed = new EnumMap<>(CallCategory.class);
    denied.forEach((category, action) -> changed.put(category, reported(action)));
    return new SystemCallPolicy(reported, changed, reported(otherwise));
  }

  private static CallAction reported(CallAction action) {
    return action.equals(CallAction.EPERM) ? CallAction.NOTIFY : action;
  }

  /** The policy with one more category denied. */
  public SystemCallPolicy denying(CallCategory category) {
    Map<CallCategory, CallAction> changed = new EnumMap<>(CallCategory.class);
    changed.putAll(denied);
    changed.putIfAbsent(category, otherwise);
    return new SystemCallPolicy(rules, changed, otherwise);
  }
}
