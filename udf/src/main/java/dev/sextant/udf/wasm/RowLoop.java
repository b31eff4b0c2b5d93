package dev.sextant.udf.wasm;

import dev.sextant.udf.wasm.binary.NumberType;
import dev.sextant.udf.wasm.binary.Signature;
import java.lang.classfile.ClassFile;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.lang.classfile.TypeKind;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.ArrayList;
import java.util.List;
import run.endive.runtime.Instance;
import run.endive.runtime.Memory;

/**
 * The loop over rows around a function of a module, as bytecode made for its signature, so that the
 * JVM can compile loop and function as one: nothing is boxed and nothing allocated.
 *
 * <p>Row by row, from one index up to another, it takes argument {@code k} from the array {@code
 * in[k]}, doubles as their bits, calls, and puts the result into {@code out}. Every NaN that goes
 * in or comes out is the same one.
 */
final class RowLoop {
  /*
   * The compiled form of function 7 of a module is, in Endive 1.0.0, a static method func_7 of one
   * of the classes …FuncGroup_0, …FuncGroup_1 beside the machine's class, which takes the
   * parameters, the memory and the instance. The loop is a class Rows_7 beside them.
   */
  private static final ClassDesc MEMORY = Memory.class.describeConstable().orElseThrow();
  private static final ClassDesc INSTANCE = Instance.class.describeConstable().orElseThrow();
  private static final ClassDesc DOUBLE = ConstantDescs.CD_Double;
  private static final MethodType TYPE =
      MethodType.methodType(
          void.class,
          long[][].class,
          int.class,
          int.class,
          long[].class,
          Memory.class,
          Instance.class);
  private static final int IN = 0;
  private static final int ROW = 1;
  private static final int END = 2;
  private static final int OUT = 3;
  private static final int MEMORY_SLOT = 4;
  private static final int INSTANCE_SLOT = 5;
  private static final int ARRAYS = 6;

  private RowLoop() {}

  /**
   * The loop for a function of an instance's module; all instances of the module can use it. To be
   * made once for each function.
   */
  static MethodHandle of(Instance instance, Abi abi) {
    Class<?> machine = instance.getMachine().getClass();
    ClassDesc target = home(machine, abi.function()).describeConstable().orElseThrow();
    try {
      MethodHandles.Lookup lookup = MethodHandles.privateLookupIn(machine, MethodHandles.lookup());
      ClassDesc name = ClassDesc.of(machine.getPackageName(), "Rows_" + abi.function());
      byte[] bytes =
          ClassFile.of()
              .build(
                  name,
                  type ->
                      type.withMethodBody(
                          "run",
                          TYPE.describeConstable().orElseThrow(),
                          ClassFile.ACC_STATIC,
                          code -> writeLoop(code, target, abi)));
      return lookup.findStatic(lookup.defineClass(bytes), "run", TYPE);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("The compiled module is not of the form expected.", e);
    }
  }

  /** The class that holds the compiled form of a function. */
  private static Class<?> home(Class<?> machine, int function) {
    try {
      int group = 0;
      while (true) {
        String name = machine.getName() + "FuncGroup_" + group++;
        Class<?> candidate = Class.forName(name, false, machine.getClassLoader());
        for (var method : candidate.getDeclaredMethods()) {
          if (method.getName().equals("func_" + function)) {
            return candidate;
          }
        }
      }
    } catch (ClassNotFoundException e) {
      throw new IllegalStateException("The compiled module lacks function " + function + ".", e);
    }
  }

  private static void writeLoop(CodeBuilder code, ClassDesc target, Abi abi) {
    Signature signature = abi.signature();
    int parameters = signature.parameters().size();
    for (int i = 0; i < parameters; i++) {
      code.aload(IN).loadConstant(i).aaload().astore(ARRAYS + i);
    }
    Label top = code.newLabel();
    Label done = code.newLabel();
    code.labelBinding(top).iload(ROW).iload(END).if_icmpge(done);
    code.aload(OUT).iload(ROW);
    for (int i = 0; i < parameters; i++) {
      code.aload(ARRAYS + i).iload(ROW).laload();
      writeArgument(code, signature.parameters().get(i));
    }
    code.aload(MEMORY_SLOT).aload(INSTANCE_SLOT);
    code.invokestatic(target, "func_" + abi.function(), methodType(signature));
    switch (signature.results().getFirst()) {
      case I32 -> code.conversion(TypeKind.INT, TypeKind.LONG);
      case F64 -> writeBits(code);
      case I64, F32 -> {}
    }
    code.lastore().iinc(ROW, 1).goto_(top);
    code.labelBinding(done).return_();
  }

  private static void writeArgument(CodeBuilder code, NumberType type) {
    switch (type) {
      case I32 -> code.conversion(TypeKind.LONG, TypeKind.INT);
      case F64 -> {
        writeDouble(code);
        writeBits(code);
        writeDouble(code);
      }
      case I64, F32 -> {}
    }
  }

  private static void writeDouble(CodeBuilder code) {
    code.invokestatic(
        DOUBLE,
        "longBitsToDouble",
        MethodTypeDesc.of(ConstantDescs.CD_double, ConstantDescs.CD_long));
  }

  /** The bits of a double; those of one NaN for all of them. */
  private static void writeBits(CodeBuilder code) {
    code.invokestatic(
        DOUBLE,
        "doubleToLongBits",
        MethodTypeDesc.of(ConstantDescs.CD_long, ConstantDescs.CD_double));
  }

  private static MethodTypeDesc methodType(Signature signature) {
    List<ClassDesc> parameters = new ArrayList<>();
    signature.parameters().forEach(type -> parameters.add(jvmType(type)));
    parameters.add(MEMORY);
    parameters.add(INSTANCE);
    return MethodTypeDesc.of(jvmType(signature.results().getFirst()), parameters);
  }

  private static ClassDesc jvmType(NumberType type) {
    return switch (type) {
      case I32 -> ConstantDescs.CD_int;
      case I64 -> ConstantDescs.CD_long;
      case F32 -> ConstantDescs.CD_float;
      case F64 -> ConstantDescs.CD_double;
    };
  }
}
