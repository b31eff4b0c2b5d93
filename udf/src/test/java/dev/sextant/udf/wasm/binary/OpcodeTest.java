package dev.sextant.udf.wasm.binary;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import run.endive.wasm.types.OpCode;

class OpcodeTest {
  @Test
  void codesAreThoseOfTheLibrary() {
    for (Opcode opcode : Opcode.values()) {
      String name =
          opcode
              .name()
              .replaceFirst("extend(\\d)", "extend_$1")
              .toUpperCase(Locale.ROOT)
              .replace('.', '_');
      OpCode theirs = OpCode.valueOf(opcode.code() == Opcode.SELECT_TYPED ? "SELECT_T" : name);
      assertThat(theirs.opcode()).as(opcode.name()).isEqualTo(opcode.code());
    }
  }

  @Test
  void eachIsThereOnce() {
    List<Integer> codes = Opcode.values().stream().map(Opcode::code).toList();
    assertThat(codes).doesNotHaveDuplicates().hasSize(172 + 5 + 1 + 12);
  }
}
