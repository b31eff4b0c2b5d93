package dev.sextant.udf.wasm.binary;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * An instruction that a module may use: those of WebAssembly 1.0, sign extension, saturating
 * conversions, bulk memory and the typed {@code select}. What deals with references, vectors,
 * exceptions, threads and tail calls is left out.
 *
 * <p>Source: WebAssembly Core Specification 2.0, section 5.4.
 *
 * @param code one byte, or 0xFC00 and the number that follows the byte 0xFC
 * @param alignment the largest that a memory access may state, as a power of two
 */
public record Opcode(String name, int code, Immediate immediate, int alignment) {
  /** The code of {@code block}. */
  public static final int BLOCK = 0x02;

  /** The code of {@code loop}. */
  public static final int LOOP = 0x03;

  /** The code of {@code if}. */
  public static final int IF = 0x04;

  /** The code of {@code else}. */
  public static final int ELSE = 0x05;

  /** The code of {@code end}. */
  public static final int END = 0x0B;

  /** The code of {@code return}. */
  public static final int RETURN = 0x0F;

  /** The code of {@code call}. */
  public static final int CALL = 0x10;

  /** The code of {@code call_indirect}. */
  public static final int CALL_INDIRECT = 0x11;

  /** The code of {@code select} without a type. */
  public static final int SELECT = 0x1B;

  /** The code of {@code select} with a type. */
  public static final int SELECT_TYPED = 0x1C;

  /** The code of {@code memory.grow}. */
  public static final int MEMORY_GROW = 0x40;

  /** The code of {@code memory.init}. */
  public static final int MEMORY_INIT = 0xFC08;

  /** The code of {@code memory.copy}. */
  public static final int MEMORY_COPY = 0xFC0A;

  /** The code of {@code memory.fill}. */
  public static final int MEMORY_FILL = 0xFC0B;

  private static final int PREFIX = 0xFC;

  /** Code, what follows it, and the largest alignment of an access. */
  private static final String CONTROL =
      """
      unreachable 00 NONE
      nop 01 NONE
      block 02 BLOCK
      loop 03 BLOCK
      if 04 BLOCK
      else 05 NONE
      end 0B NONE
      br 0C LABEL
      br_if 0D LABEL
      br_table 0E LABELS
      return 0F NONE
      call 10 FUNCTION
      call_indirect 11 INDIRECT
      drop 1A NONE
      select 1B NONE
      select 1C TYPES
      local.get 20 LOCAL
      local.set 21 LOCAL
      local.tee 22 LOCAL
      global.get 23 GLOBAL
      global.set 24 GLOBAL
      i32.load 28 ACCESS 2
      i64.load 29 ACCESS 3
      f32.load 2A ACCESS 2
      f64.load 2B ACCESS 3
      i32.load8_s 2C ACCESS 0
      i32.load8_u 2D ACCESS 0
      i32.load16_s 2E ACCESS 1
      i32.load16_u 2F ACCESS 1
      i64.load8_s 30 ACCESS 0
      i64.load8_u 31 ACCESS 0
      i64.load16_s 32 ACCESS 1
      i64.load16_u 33 ACCESS 1
      i64.load32_s 34 ACCESS 2
      i64.load32_u 35 ACCESS 2
      i32.store 36 ACCESS 2
      i64.store 37 ACCESS 3
      f32.store 38 ACCESS 2
      f64.store 39 ACCESS 3
      i32.store8 3A ACCESS 0
      i32.store16 3B ACCESS 1
      i64.store8 3C ACCESS 0
      i64.store16 3D ACCESS 1
      i64.store32 3E ACCESS 2
      memory.size 3F MEMORY
      memory.grow 40 MEMORY
      i32.const 41 I32
      i64.const 42 I64
      f32.const 43 F32
      f64.const 44 F64
      i32.trunc_sat_f32_s FC00 NONE
      i32.trunc_sat_f32_u FC01 NONE
      i32.trunc_sat_f64_s FC02 NONE
      i32.trunc_sat_f64_u FC03 NONE
      i64.trunc_sat_f32_s FC04 NONE
      i64.trunc_sat_f32_u FC05 NONE
      i64.trunc_sat_f64_s FC06 NONE
      i64.trunc_sat_f64_u FC07 NONE
      memory.init FC08 DATA_MEMORY
      data.drop FC09 DATA
      memory.copy FC0A MEMORIES
      memory.fill FC0B MEMORY
      """;

  /** The numeric instructions from 0x45 to 0xC4, in the order of their codes. */
  private static final String NUMERIC =
      """
      i32.eqz i32.eq i32.ne i32.lt_s i32.lt_u i32.gt_s i32.gt_u i32.le_s i32.le_u i32.ge_s i32.ge_u
      i64.eqz i64.eq i64.ne i64.lt_s i64.lt_u i64.gt_s i64.gt_u i64.le_s i64.le_u i64.ge_s i64.ge_u
      f32.eq f32.ne f32.lt f32.gt f32.le f32.ge f64.eq f64.ne f64.lt f64.gt f64.le f64.ge
      i32.clz i32.ctz i32.popcnt i32.add i32.sub i32.mul i32.div_s i32.div_u i32.rem_s i32.rem_u
      i32.and i32.or i32.xor i32.shl i32.shr_s i32.shr_u i32.rotl i32.rotr
      i64.clz i64.ctz i64.popcnt i64.add i64.sub i64.mul i64.div_s i64.div_u i64.rem_s i64.rem_u
      i64.and i64.or i64.xor i64.shl i64.shr_s i64.shr_u i64.rotl i64.rotr
      f32.abs f32.neg f32.ceil f32.floor f32.trunc f32.nearest f32.sqrt
      f32.add f32.sub f32.mul f32.div f32.min f32.max f32.copysign
      f64.abs f64.neg f64.ceil f64.floor f64.trunc f64.nearest f64.sqrt
      f64.add f64.sub f64.mul f64.div f64.min f64.max f64.copysign
      i32.wrap_i64 i32.trunc_f32_s i32.trunc_f32_u i32.trunc_f64_s i32.trunc_f64_u
      i64.extend_i32_s i64.extend_i32_u
      i64.trunc_f32_s i64.trunc_f32_u i64.trunc_f64_s i64.trunc_f64_u
      f32.convert_i32_s f32.convert_i32_u f32.convert_i64_s f32.convert_i64_u f32.demote_f64
      f64.convert_i32_s f64.convert_i32_u f64.convert_i64_s f64.convert_i64_u f64.promote_f32
      i32.reinterpret_f32 i64.reinterpret_f64 f32.reinterpret_i32 f64.reinterpret_i64
      i32.extend8_s i32.extend16_s i64.extend8_s i64.extend16_s i64.extend32_s
      """;

  private static final List<Opcode> ALL = all();
  private static final Map<String, Opcode> BY_NAME = new HashMap<>();
  private static final Map<Integer, Opcode> BY_CODE = new HashMap<>();

  static {
    for (Opcode opcode : ALL) {
      BY_NAME.putIfAbsent(opcode.name, opcode);
      BY_CODE.put(opcode.code, opcode);
    }
  }

  private static List<Opcode> all() {
    List<Opcode> opcodes = new ArrayList<>();
    CONTROL.lines().map(line -> line.split(" ", -1)).map(Opcode::parse).forEach(opcodes::add);
    int code = 0x45;
    for (String name : NUMERIC.strip().split("\\s+", -1)) {
      opcodes.add(new Opcode(name, code++, Immediate.NONE, 0));
    }
    return List.copyOf(opcodes);
  }

  private static Opcode parse(String[] words) {
    int alignment = words.length > 3 ? Integer.parseInt(words[3]) : 0;
    int code = Integer.parseInt(words[1], 16);
    return new Opcode(words[0], code, Immediate.valueOf(words[2]), alignment);
  }

  /** All instructions. */
  public static List<Opcode> values() {
    return ALL;
  }

  /** The instruction of a name; {@code select} is the one without a type. */
  public static Optional<Opcode> named(String name) {
    return Optional.ofNullable(BY_NAME.get(name));
  }

  /** The next instruction of a function, without what follows its code. */
  static Opcode read(ByteReader in) {
    int at = in.position();
    int code = in.readByte();
    if (code == PREFIX) {
      int number = in.readCount("instruction's second number", 0xFF);
      code = (PREFIX << 8) | number;
    }
    Opcode opcode = BY_CODE.get(code);
    if (opcode == null) {
      throw in.refused(
          at,
          String.format(
              Locale.ROOT,
              "instruction 0x%02X; functions may use WebAssembly 1.0, sign extension, saturating"
                  + " conversions and bulk memory",
              code));
    }
    return opcode;
  }

  /** Writes the code. */
  public void write(ByteWriter out) {
    if (code > 0xFF) {
      out.writeByte(PREFIX).writeUnsigned(code & 0xFF);
    } else {
      out.writeByte(code);
    }
  }
}
