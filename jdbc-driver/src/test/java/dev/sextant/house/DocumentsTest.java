package dev.sextant.house;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The documents name what exists. */
class DocumentsTest {
  private static final Pattern FENCED = Pattern.compile("(?ms)^```.*?^```$");
  private static final Pattern QUOTED = Pattern.compile("`([^`\n]+)`");

  /** A type, perhaps with its package, perhaps with a member: {@code Plan.Native}. */
  private static final Pattern TYPE =
      Pattern.compile("(?:[a-z][a-z0-9]*\\.)*([A-Z]\\w*[a-z]\\w*)(?:\\.(\\w+))?(?:\\(.*\\))?");

  private static final Pattern LINK = Pattern.compile("\\]\\(([^)#:\\s]+)(?:#[^)]*)?\\)");
  private static final Pattern CALL = Pattern.compile("(?m)^\\d+\\. `(\\w+)\\.(\\w+)`");

  private static final List<String> JDK_PACKAGES =
      List.of("java.lang", "java.sql", "java.util", "java.io", "java.math", "java.time");

  /** What looks like a type and is a word that EXPLAIN writes. */
  private static final Set<String> EXPLAINED =
      Set.of(
          "Sqlite",
          "KnnScan",
          "RangeScan",
          "QueryVector",
          "Embed",
          "Call",
          "Chunk",
          "EngineTable",
          "Definition");

  private final Map<String, List<CompiledClass>> classes =
      House.classes().stream().collect(Collectors.groupingBy(CompiledClass::simpleName));
  private final Set<String> testNames =
      House.testSources().stream()
          .map(file -> file.getFileName().toString().replace(".java", ""))
          .collect(Collectors.toSet());

  @Test
  void typesInDocumentsExist() {
    Set<String> problems = new TreeSet<>();
    for (Path page : House.documents()) {
      Matcher quoted = QUOTED.matcher(FENCED.matcher(House.text(page)).replaceAll(""));
      while (quoted.find()) {
        Matcher type = TYPE.matcher(quoted.group(1));
        if (type.matches() && !exists(type.group(1), type.group(2))) {
          problems.add(House.name(page) + ": " + quoted.group(1));
        }
      }
    }
    assertThat(problems).as("types that documents name and nobody has").isEmpty();
  }

  private boolean exists(String type, String member) {
    if (EXPLAINED.contains(type) || testNames.contains(type)) {
      return true;
    }
    List<CompiledClass> ours = classes.getOrDefault(type, List.of());
    return ours.isEmpty()
        ? isOfTheJdk(type)
        : member == null || ours.stream().anyMatch(found -> members(found).contains(member));
  }

  private static boolean isOfTheJdk(String type) {
    return JDK_PACKAGES.stream().anyMatch(name -> isClass(name + "." + type));
  }

  private static boolean isClass(String name) {
    try {
      Class.forName(name, false, ClassLoader.getPlatformClassLoader());
      return true;
    } catch (ClassNotFoundException absent) {
      return false;
    }
  }

  /** Names of methods, fields and nested types. */
  private Set<String> members(CompiledClass type) {
    Stream<String> declared =
        Stream.concat(
            type.model().methods().stream().map(method -> method.methodName().stringValue()),
            type.model().fields().stream().map(field -> field.fieldName().stringValue()));
    Stream<String> nested =
        classes.values().stream()
            .flatMap(List::stream)
            .filter(other -> other.name().startsWith(type.name() + "$"))
            .map(CompiledClass::simpleName);
    return Stream.concat(declared, nested).collect(Collectors.toSet());
  }

  @Test
  void linksBetweenDocumentsLeadSomewhere() {
    List<String> problems = new ArrayList<>();
    for (Path page : House.documents()) {
      Matcher link = LINK.matcher(House.text(page));
      while (link.find()) {
        if (!Files.exists(page.resolveSibling(link.group(1)))) {
          problems.add(House.name(page) + ": " + link.group(1));
        }
      }
    }
    assertThat(problems).as("links to files that are not there").isEmpty();
  }

  @Test
  void theFollowedQueriesTakeTheirWay() {
    String page = House.text(House.root().resolve("docs/ARCHITECTURE.md"));
    String section =
        page.substring(page.indexOf("## Follow one query"), page.indexOf("## The cha"));
    List<String> problems = new ArrayList<>();
    int calls = 0;
    for (String way : section.split("(?m)^### ", -1)) {
      Set<String> usedAbove = new HashSet<>();
      Matcher call = CALL.matcher(way);
      while (call.find()) {
        calls++;
        String type = call.group(1);
        if (!exists(type, call.group(2))) {
          problems.add(call.group() + " does not exist");
        } else if (!usedAbove.isEmpty() && !usedAbove.contains(type) && !isEntry(type)) {
          problems.add(call.group() + " is not used by any class above it");
        }
        usedAbove.addAll(usedBy(type));
      }
    }
    assertThat(calls).as("calls followed").isGreaterThan(30);
    assertThat(problems).as("the ways told in docs/ARCHITECTURE.md").isEmpty();
  }

  /** Whether users call it, by an interface of java.sql. */
  private boolean isEntry(String type) {
    return classes.getOrDefault(type, List.of()).stream()
        .flatMap(found -> Stream.concat(Stream.of(found), parents(found)))
        .flatMap(found -> found.model().interfaces().stream())
        .anyMatch(parent -> parent.asInternalName().startsWith("java/sql/"));
  }

  private Stream<CompiledClass> parents(CompiledClass type) {
    return type.model().superclass().stream()
        .map(parent -> parent.asInternalName().replace('/', '.'))
        .flatMap(name -> classes.values().stream().flatMap(List::stream).filter(is(name)))
        .flatMap(parent -> Stream.concat(Stream.of(parent), parents(parent)));
  }

  private static Predicate<CompiledClass> is(String name) {
    return type -> type.name().equals(name);
  }

  /** Simple names of what a class and those nested in it name, as types or in strings. */
  private Set<String> usedBy(String simpleName) {
    Map<String, Set<String>> names = new HashMap<>();
    for (CompiledClass type : classes.values().stream().flatMap(List::stream).toList()) {
      names
          .computeIfAbsent(type.outermost(), outermost -> new TreeSet<>())
          .addAll(Stream.concat(type.references().stream(), type.strings().stream()).toList());
    }
    return names.entrySet().stream()
        .filter(entry -> entry.getKey().endsWith("." + simpleName))
        .flatMap(entry -> entry.getValue().stream())
        .flatMap(name -> Arrays.stream(name.split("[.$]", -1)))
        .collect(Collectors.toSet());
  }
}
