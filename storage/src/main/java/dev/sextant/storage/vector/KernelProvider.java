package dev.sextant.storage.vector;

import dev.sextant.storage.StorageException;
import dev.sextant.storage.StorageException.Kind;
import dev.sextant.storage.vector.KernelReport.Status;
import java.lang.reflect.InvocationTargetException;
import java.util.List;

/**
 * The kernels of this JVM: chosen once for a database, with a written reason for each that is not.
 *
 * <p>Works in any JVM. The Vector API is an incubator module that only a flag at the start of the
 * JVM brings in; without it the scalar kernels are chosen.
 */
public final class KernelProvider {
  private static final String SIMD = "simd";
  private static final String SCALAR = "scalar";
  private static final String MODULE = "jdk.incubator.vector";
  private static final String SIMD_CLASS = "dev.sextant.storage.vector.SimdKernels";

  private final Kernels kernels;
  private final List<KernelReport> report;

  private KernelProvider(Kernels kernels, List<KernelReport> report) {
    this.kernels = kernels;
    this.report = report;
  }

  /**
   * Chooses as {@code requested}: {@code simd}, {@code scalar}, or {@code auto} for the best that
   * works here.
   *
   * @throws StorageException of kind PARAMETER for another word, or for {@code simd} where it
   *     cannot run
   */
  public static KernelProvider select(String requested) {
    return switch (requested) {
      case "auto" -> select(loadSimd(), false);
      case SIMD -> {
        Simd simd = loadSimd();
        if (simd instanceof Missing missing) {
          throw new StorageException(
              Kind.PARAMETER,
              "Property kernel expects kernels that run in this JVM but got \"simd\": "
                  + missing.reason()
                  + ". Or set kernels to auto.");
        }
        yield select(simd, false);
      }
      case SCALAR -> select(loadSimd(), true);
      default ->
          throw new StorageException(
              Kind.PARAMETER,
              "Property kernel expects auto, simd or scalar but got \""
                  + requested
                  + "\". Use auto unless you compare kernels.");
    };
  }

  /** The kernels that were chosen. */
  public Kernels kernels() {
    return kernels;
  }

  /** Every kernel there is, the fastest first. */
  public List<KernelReport> report() {
    return report;
  }

  private static KernelProvider select(Simd simd, boolean preferScalar) {
    Kernels scalar = new ScalarKernels();
    return switch (simd) {
      case Missing missing ->
          new KernelProvider(
              scalar,
              List.of(
                  new KernelReport(SIMD, Status.UNAVAILABLE, missing.reason()),
                  row(scalar, Status.CHOSEN)));
      case Loaded loaded -> {
        Status simdStatus = preferScalar ? Status.AVAILABLE : Status.CHOSEN;
        Status scalarStatus = preferScalar ? Status.CHOSEN : Status.AVAILABLE;
        yield new KernelProvider(
            preferScalar ? scalar : loaded.kernels(),
            List.of(row(loaded.kernels(), simdStatus), row(scalar, scalarStatus)));
      }
    };
  }

  private static KernelReport row(Kernels kernels, Status status) {
    return new KernelReport(kernels.name(), status, kernels.description());
  }

  /** What came of the attempt to load the Vector API kernels. */
  private sealed interface Simd {}

  private record Loaded(Kernels kernels) implements Simd {}

  private record Missing(String reason) implements Simd {}

  private static Simd loadSimd() {
    if (ModuleLayer.boot().findModule(MODULE).isEmpty()) {
      return new Missing(
          "module "
              + MODULE
              + " is not in the boot layer: start the JVM with --add-modules "
              + MODULE);
    }
    String vm = System.getProperty("java.vm.name", "");
    if (!vm.contains("Server VM")) {
      return new Missing(
          "the JVM is \"" + vm + "\": only HotSpot's server compiler runs the Vector API fast");
    }
    try {
      return new Loaded(
          Class.forName(SIMD_CLASS)
              .asSubclass(Kernels.class)
              .getDeclaredConstructor()
              .newInstance());
    } catch (InvocationTargetException e) {
      return new Missing(String.valueOf(e.getTargetException().getMessage()));
    } catch (ReflectiveOperationException | LinkageError e) {
      return new Missing("the Vector API of this JVM does not fit: " + e);
    }
  }
}
