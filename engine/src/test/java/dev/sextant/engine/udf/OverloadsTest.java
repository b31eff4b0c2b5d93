package dev.sextant.engine.udf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sextant.udf.FunctionDefinition;
import dev.sextant.udf.Language;
import dev.sextant.udf.ValueType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Which function a call means. */
final class OverloadsTest {
  private static UserFunction function(boolean strict, ValueType... types) {
    return new UserFunction(
        new FunctionDefinition(
            "f",
            List.of(types),
            ValueType.TEXT,
            Language.SQL,
            "1",
            true,
            false,
            Profiles.builtIn().getFirst().sandbox()),
        Arrays.stream(types).map(type -> type.name() + "_").toList(),
        strict,
        UserFunction.State.ACTIVE,
        0);
  }

  private static List<ValueType> chosen(List<UserFunction> all, @Nullable Object... arguments) {
    return Overloads.chosen("f", all, arguments).definition().parameters();
  }

  @Test
  void theStorageClassDecides() {
    List<UserFunction> all = new ArrayList<>();
    for (ValueType type : ValueType.values()) {
      all.add(function(false, type));
    }
    assertThat(chosen(all, 1L)).containsExactly(ValueType.INTEGER);
    assertThat(chosen(all, 1.0)).containsExactly(ValueType.REAL);
    assertThat(chosen(all, "[1]")).containsExactly(ValueType.TEXT);
    assertThat(chosen(all, new byte[4])).containsExactly(ValueType.BLOB);
  }

  @Test
  void numbersChangeWhereNothingIsLost() {
    List<UserFunction> whole = List.of(function(false, ValueType.INTEGER));
    assertThat(chosen(whole, 2.0)).containsExactly(ValueType.INTEGER);
    for (Object misfit : new Object[] {2.5, 1e19, Double.NaN, -1e300, "2", new byte[8]}) {
      assertThatThrownBy(() -> chosen(whole, misfit)).hasMessageContaining("f(INTEGER)");
    }
    assertThat(chosen(List.of(function(false, ValueType.REAL)), 2L))
        .containsExactly(ValueType.REAL);
    List<UserFunction> flag = List.of(function(false, ValueType.BOOLEAN));
    assertThat(chosen(flag, 1L)).containsExactly(ValueType.BOOLEAN);
    assertThatThrownBy(() -> chosen(flag, 2L)).hasMessageContaining("f(BOOLEAN)");
    List<UserFunction> vector = List.of(function(false, ValueType.VECTOR));
    assertThat(chosen(vector, "[1, 2]")).containsExactly(ValueType.VECTOR);
    assertThat(chosen(vector, (Object) new byte[8])).containsExactly(ValueType.VECTOR);
    assertThatThrownBy(() -> chosen(vector, (Object) new byte[7])).hasMessageContaining("BLOB");
  }

  @Test
  void nullFitsAllAndMayBeAmbiguous() {
    List<UserFunction> open =
        List.of(function(false, ValueType.INTEGER), function(false, ValueType.TEXT));
    assertThatThrownBy(() -> chosen(open, (Object) null))
        .hasMessageContaining("f(INTEGER), f(TEXT)");
    List<UserFunction> strict =
        List.of(function(true, ValueType.INTEGER), function(true, ValueType.TEXT));
    assertThat(chosen(strict, (Object) null)).hasSize(1);
    List<UserFunction> pairs =
        List.of(
            function(false, ValueType.INTEGER, ValueType.REAL),
            function(false, ValueType.REAL, ValueType.INTEGER));
    assertThatThrownBy(() -> chosen(pairs, 1L, 1L)).hasMessageContaining("equally well");
    assertThat(chosen(pairs, 1L, 1.5)).containsExactly(ValueType.INTEGER, ValueType.REAL);
    assertThat(chosen(pairs, null, 1.5)).containsExactly(ValueType.INTEGER, ValueType.REAL);
  }

  @Test
  void theMessageHasNoValues() {
    assertThatThrownBy(() -> chosen(List.of(function(false, ValueType.REAL)), "secret"))
        .hasMessageContaining("f(TEXT)")
        .hasMessageNotContaining("secret");
  }
}
