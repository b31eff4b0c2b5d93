package dev.sextant.udf.wasm.wat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sextant.udf.UdfException;
import dev.sextant.udf.wasm.binary.BinaryModule;
import dev.sextant.udf.wasm.binary.ModuleReader;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WatAssemblerTest {
  private static final String HEADER = "0061736d01000000";

  private static String hex(String text) {
    return HexFormat.of().formatHex(WatAssembler.assemble(text));
  }

  /** The instructions of a module's only function, which has no local variables. */
  private static String body(String instructions) {
    String module = hex("(memory 1) (func " + instructions + ")");
    int code = module.lastIndexOf("0a", module.length() - 2);
    String from = HEADER + "010401600000" + "03020100" + "0503010001";
    assertThat(module).startsWith(from);
    assertThat(code).isPositive();
    String section = module.substring(from.length());
    assertThat(section).startsWith("0a").endsWith("0b");
    return section.substring(10, section.length() - 2);
  }

  @Test
  void aFunctionIsWrittenAsTheSpecificationSays() {
    String expected =
        HEADER
            + "0107"
            + "0160027f7f017f"
            + "03020100"
            + "0707010361646400"
            + "00"
            + "0a09"
            + "010700200020016a0b";
    assertThat(
            hex(
                """
                (module
                  (func (export "add") (param i32 i32) (result i32)
                    local.get 0
                    local.get 1
                    i32.add))
                """))
        .isEqualTo(expected);
    assertThat(
            hex(
                """
                (module $m (; a comment (; within another ;) ;)
                  (export "add" (func $add)) ;; to the end of the line
                  (func $add (param $a i32) (param $b i32) (result i32)
                    (i32.add (local.get $a) (local.get $b))))
                """))
        .isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "i32.const 0 drop | 41001a",
        "i32.const -1 drop | 417f1a",
        "i32.const 63 drop | 413f1a",
        "i32.const 64 drop | 41c0001a",
        "i32.const -64 drop | 41401a",
        "i32.const 0xffff_ffff drop | 417f1a",
        "i32.const 2147483647 drop | 41ffffffff071a",
        "i64.const -9223372036854775808 drop | 428080808080808080807f1a",
        "i64.const 1_000_000 drop | 42c0843d1a",
        "f32.const 1.5 drop | 430000c03f1a",
        "f32.const -0 drop | 43000000801a",
        "f32.const nan drop | 430000c07f1a",
        "f32.const -nan:0x200000 drop | 430000a0ff1a",
        "f64.const inf drop | 44000000000000f07f1a",
        "f64.const 0x1.8p-1 drop | 44000000000000e83f1a",
        "f64.const 0x1p0 drop | 44000000000000f03f1a",
        "f64.const 1e1_0 drop | 44000000205fa002421a",
        "f64.const 6.02214076e23 drop | 4417c557ca85e1df441a",
        "block end | 02400b",
        "(block $a (loop $b (br $a) (br $b))) | 024003400c010c000b0b",
        "(if (i32.const 1) (then nop) (else nop)) | 4101044001050 10b",
        "block $x block br_table $x 0 1 $x end end | 024002400e0301000101 0b0b",
        "(drop (i32.load offset=16 align=2 (i32.const 1))) | 41012801101a",
        "(i64.store (i32.const 0) (i64.const 2)) | 410042023703 00",
        "(memory.copy (i32.const 1) (i32.const 2) (i32.const 3)) | 410141024103fc0a0000",
        "(memory.fill (i32.const 1) (i32.const 2) (i32.const 3)) | 410141024103fc0b00",
        "(drop (memory.grow (memory.size))) | 3f0040001a",
        "(drop (i64.trunc_sat_f64_u (f64.const 0))) | 440000000000000000fc071a",
        "(drop (select (result i32) (i32.const 1) (i32.const 2) (i32.const 0))) "
            + "| 4101410241001c017f1a",
      })
  void instructionsAreWrittenAsTheSpecificationSays(String text, String expected) {
    assertThat(body(text)).isEqualTo(expected.replace(" ", ""));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "(module (func (i32.addd)) | line 1, column 1: expected a closing parenthesis",
        "(module (func i32.addd)) | line 1, column 15: expected an instruction",
        "(func (i32.const)) | line 1, column 17: expected a number, got the end",
        "(func (i32.const 4294967296)) | line 1, column 18: expected an integer of 32 bits",
        "(func (i64.const 1__0)) | expected an integer of 64 bits, got \"1__0\"",
        "(func (f32.const 1e99)) | a number in the range of f32",
        "(func (f64.const 1d)) | expected a number such as 1.5",
        "(func (local.get $x)) | line 1, column 18: there is no local variable \"$x\"",
        "(func (param i32) (local.get 1)) | there is no local variable \"1\"; there are 1",
        "(func (call $f)) | there is no function \"$f\"",
        "(func br $l) | no block around this is called \"$l\"",
        "(func block) | line 1, column 7: expected an \"end\" for this \"block\"",
        "(func end) | an \"end\" without a block that is open",
        "(func block else end) | an \"else\" without an \"if\"",
        "(func (if (then))) (func $a) (func $a) | a second function is called \"$a\"",
        "(func (export \"a\")) (func (export \"a\")) | a second export is called \"a\"",
        "(func (param v128)) | expected i32, i64, f32 or f64, got \"v128\"",
        "(import \"env\" \"now\" (func)) | may import nothing, got \"env.now\"",
        "(func $f (import \"wasi\" \"exit\")) | may import nothing, got \"wasi.exit\"",
        "(func $f) (start $f) | line 1, column 11: a function may have no start function",
        "(tag) | expected one of data, elem, export, func, global, memory, table, type",
        "(func (drop (i32.load align=3 (i32.const 0)))) | expected a power of two up to 4",
        "(memory 1) (data (i32.const 0) \"\\zz\") | hexadecimal digits behind the backslash",
        "(data \"abc) | expected the end of this string",
        "(func (; no end) | expected the end \";)\" of this comment",
        "func | expected a field of the module in parentheses, got \"func\"",
        "(func (type $t)) | there is no type \"$t\"",
        "(type $t (func)) (func (type $t) (param i32)) | as the type says, got (param i32)",
        ") | a closing parenthesis without an opening one",
        "(func (i32.add 1)) | expected an operand in parentheses, got \"1\"",
        "(func (return_call 0)) | expected an instruction of WebAssembly 1.0",
      })
  void mistakesAreToldWithTheirPlace(String text, String message) {
    assertThatThrownBy(() -> WatAssembler.assemble(text))
        .isInstanceOfSatisfying(
            UdfException.class,
            e -> assertThat(e.failure()).isEqualTo(UdfException.Failure.DEFINITION))
        .hasMessageContaining(message);
  }

  @Test
  void placesCountLines() {
    assertThatThrownBy(() -> WatAssembler.assemble("(module\n  ;; here\n  (func nope))"))
        .hasMessageStartingWith("line 3, column 9: ");
  }

  @Test
  void deepTextIsRefused() {
    String deep = "(func " + "(block ".repeat(1000) + ")".repeat(1001);
    assertThatThrownBy(() -> WatAssembler.assemble(deep)).hasMessageContaining("open parentheses");
    String fits = "(func " + "(block ".repeat(300) + ")".repeat(301);
    assertThat(WatAssembler.assemble(fits)).isNotEmpty();
  }

  @Test
  void namesOfExportsKeepTheirLetters() {
    List<String> names = List.of("plain", "with space", "Grüße", "\ud83d\ude00", "", "a\"b\\c\n");
    StringBuilder text = new StringBuilder();
    for (String name : names) {
      String escaped = name.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n");
      text.append("(func (export \"").append(escaped).append("\"))\n");
    }
    text.append("(func (export \"\\u{1F600}\\67\\c3\\bc\"))");
    BinaryModule module = ModuleReader.read(WatAssembler.assemble(text.toString()));
    assertThat(module.exports().keySet()).containsAll(names).contains("\ud83d\ude00gü");
  }

  @Test
  void dataIsWrittenByteByByte() {
    assertThat(hex("(memory 1) (data (i32.const 8) \"a\\00\\ff\" \"\\u{e9}\")"))
        .endsWith("0b0b010041080b05" + "6100ffc3a9");
    assertThat(hex("(memory (data \"xyz\"))"))
        .endsWith("0504" + "01010101" + "0b09" + "010041000b03" + "78797a");
  }

  @Test
  void tablesAndGlobalsAreWritten() {
    assertThat(hex("(table funcref (elem $f $f)) (func $f)"))
        .isEqualTo(
            HEADER
                + "01040160000003020100"
                + "0405"
                + "0170010202"
                + "0908"
                + "010041000b020000"
                + "0a040102000b");
    assertThat(hex("(global $g (export \"g\") (mut f32) (f32.const 1)) (global i64 (i64.const 5))"))
        .isEqualTo(
            HEADER + "060e" + "02" + "7d01430000803f0b" + "7e0042050b" + "0705" + "0101670300");
  }
}
