package dev.sextant.house;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.classfile.Attributes;
import java.lang.classfile.ClassModel;
import java.lang.classfile.MethodModel;
import java.lang.classfile.attribute.InnerClassInfo;
import java.lang.classfile.attribute.LineNumberInfo;
import java.lang.classfile.attribute.LineNumberTableAttribute;
import java.lang.reflect.AccessFlag;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Rules that a look at the compiled classes decides; those of tests are not looked at. */
class ShapeTest {
  private static final int MAX_METHOD_LINES = 60;
  private static final int MAX_PARAMETERS = 4;

  /** The parser that JavaCC writes. */
  private static final String GENERATED = "dev.sextant.sql.parser";

  private static List<CompiledClass> written() {
    return House.classes().stream().filter(type -> !type.packageName().equals(GENERATED)).toList();
  }

  private static String label(CompiledClass type, MethodModel method) {
    return type.name() + "." + method.methodName().stringValue();
  }

  @Test
  void methodsAreShort() {
    Exemptions exempt = Exemptions.of("size");
    List<String> problems = new ArrayList<>();
    for (CompiledClass type : written()) {
      for (MethodModel method : type.model().methods()) {
        int lines = lines(method);
        if (lines > MAX_METHOD_LINES && !exempt.covers(label(type, method))) {
          problems.add(label(type, method) + ": " + lines + " lines");
        }
      }
    }
    assertThat(problems).as("methods of 60 lines").isEmpty();
  }

  /** The lines that a method's code spans; a constructor's without those of the fields above it. */
  private static int lines(MethodModel method) {
    if (method.methodName().equalsString("<clinit>")) {
      return 0;
    }
    List<LineNumberInfo> numbers =
        method.code().stream()
            .flatMap(code -> code.findAttributes(Attributes.lineNumberTable()).stream())
            .map(LineNumberTableAttribute::lineNumbers)
            .flatMap(List::stream)
            .toList();
    if (numbers.isEmpty()) {
      return 0;
    }
    boolean constructor = method.methodName().equalsString("<init>");
    int first =
        constructor
            ? numbers.getFirst().lineNumber()
            : numbers.stream().mapToInt(LineNumberInfo::lineNumber).min().orElseThrow();
    int last = numbers.stream().mapToInt(LineNumberInfo::lineNumber).max().orElseThrow();
    return last - first + 1;
  }

  @Test
  void methodsTakeFewParameters() {
    Exemptions exempt = Exemptions.of("parameters");
    List<String> problems = new ArrayList<>();
    for (CompiledClass type : written()) {
      for (MethodModel method : type.model().methods()) {
        int count = parameters(type.model(), method);
        if (count > MAX_PARAMETERS
            && !isForeign(type, method, method.methodTypeSymbol().parameterCount())
            && !exempt.covers(label(type, method))) {
          problems.add(label(type, method) + ": " + count + " parameters");
        }
      }
    }
    exempt.requireAllUsed();
    assertThat(problems).as("methods of 4 parameters; put more into a record").isEmpty();
  }

  /** How many parameters are written in the source; 0 for what is not written there. */
  private static int parameters(ClassModel type, MethodModel method) {
    int count = method.methodTypeSymbol().parameterCount();
    if (method.flags().has(AccessFlag.SYNTHETIC)) {
      return 0;
    }
    if (!method.methodName().equalsString("<init>")) {
      return count;
    }
    Optional<InnerClassInfo> inner = innerClass(type);
    boolean local = inner.isPresent() && inner.get().outerClass().isEmpty();
    if (local || type.findAttribute(Attributes.record()).isPresent()) {
      return 0;
    }
    if (type.flags().has(AccessFlag.ENUM)) {
      return count - 2;
    }
    boolean bound = inner.isPresent() && !inner.get().flags().contains(AccessFlag.STATIC);
    return bound ? count - 1 : count;
  }

  private static Optional<InnerClassInfo> innerClass(ClassModel type) {
    return type.findAttribute(Attributes.innerClasses()).stream()
        .flatMap(attribute -> attribute.classes().stream())
        .filter(info -> info.innerClass().equals(type.thisClass()))
        .findFirst();
  }

  /** Whether a method has its parameters from an interface or class that is not ours. */
  private static boolean isForeign(CompiledClass type, MethodModel method, int parameters) {
    try {
      Class<?> loaded = Class.forName(type.name(), false, ShapeTest.class.getClassLoader());
      return foreign(loaded, method.methodName().stringValue(), parameters);
    } catch (ClassNotFoundException gone) {
      throw new IllegalStateException(gone);
    }
  }

  private static boolean foreign(Class<?> type, String name, int parameters) {
    List<Class<?>> parents = new ArrayList<>(List.of(type.getInterfaces()));
    if (type.getSuperclass() != null) {
      parents.add(type.getSuperclass());
    }
    for (Class<?> parent : parents) {
      boolean ours = parent.getName().startsWith("dev.sextant.");
      if ((!ours && declares(parent, name, parameters)) || foreign(parent, name, parameters)) {
        return true;
      }
    }
    return false;
  }

  private static boolean declares(Class<?> type, String name, int parameters) {
    return Arrays.stream(type.getDeclaredMethods())
        .filter(method -> method.getName().equals(name))
        .mapToInt(Method::getParameterCount)
        .anyMatch(count -> count == parameters);
  }

  @Test
  void thereIsNoStaticMutableState() {
    Exemptions exempt = Exemptions.of("static state");
    List<String> problems =
        written().stream()
            .flatMap(
                type ->
                    type.model().fields().stream()
                        .filter(field -> field.flags().has(AccessFlag.STATIC))
                        .filter(field -> !field.flags().has(AccessFlag.FINAL))
                        .map(field -> type.name() + "." + field.fieldName().stringValue()))
            .filter(field -> !exempt.covers(field))
            .toList();
    exempt.requireAllUsed();
    assertThat(problems).as("static fields that change; state hangs off Database").isEmpty();
  }
}
