package dev.sextant.sql.catalog;

import dev.sextant.engine.Session;
import dev.sextant.engine.udf.FunctionCatalog;
import dev.sextant.engine.udf.Profile;
import dev.sextant.udf.SandboxProfile;
import dev.sextant.udf.SystemCallPolicy;
import dev.sextant.udf.linux.Capabilities;
import dev.sextant.udf.linux.FilterCost;
import dev.sextant.udf.linux.Kernel;
import dev.sextant.udf.linux.NativeException;
import dev.sextant.udf.seccomp.Architecture;
import dev.sextant.udf.seccomp.FilterCompiler;
import dev.sextant.udf.seccomp.FilterProgram;
import dev.sextant.udf.worker.WorkerRuntime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The tables of schema {@code sextant} about what sandboxes are made of. */
final class SandboxTables {
  private SandboxTables() {}

  static List<SystemTable> all() {
    return List.of(
        new SystemTable(
            "sandbox_rules",
            SystemTable.Column.list("profile", "layer", "verb", "object", "action"),
            SandboxTables::rules),
        new SystemTable(
            "sandbox_programs",
            SystemTable.Column.list(
                "profile",
                "stage",
                "architecture",
                "instructions INTEGER",
                "linear_instructions INTEGER",
                "min_path INTEGER",
                "max_path INTEGER",
                "mean_path REAL",
                "sha256",
                "allowed_ns REAL",
                "checked_ns REAL"),
            SandboxTables::programs),
        new SystemTable(
            "sandbox_workers",
            SystemTable.Column.list(
                "profile", "process INTEGER", "functions INTEGER", "busy_ms INTEGER"),
            SandboxTables::workers),
        new SystemTable(
            "sandbox_capabilities",
            SystemTable.Column.list("layer", "available INTEGER", "detail"),
            SandboxTables::capabilities));
  }

  private static List<SandboxProfile> profiles(Session session) {
    return FunctionCatalog.read(session.connection()).profiles().stream()
        .map(Profile::sandbox)
        .toList();
  }

  private static List<List<@Nullable Object>> rules(Session session) {
    List<List<@Nullable Object>> rows = new ArrayList<>();
    for (SandboxProfile profile : profiles(session)) {
      for (SandboxProfile.Rule rule : profile.rules()) {
        rows.add(
            Arrays.asList(rule.profile(), rule.layer(), rule.verb(), rule.object(), rule.action()));
      }
    }
    return rows;
  }

  /** A program, and the same policy as a chain of comparisons. */
  private record Compiled(
      String profile, String stage, FilterProgram program, FilterProgram linear) {
    static Compiled of(
        SandboxProfile profile, String stage, SystemCallPolicy policy, Architecture architecture) {
      return new Compiled(
          profile.name(),
          stage,
          FilterCompiler.compile(policy, architecture),
          FilterCompiler.compileLinear(policy, architecture));
    }
  }

  private static List<List<@Nullable Object>> programs(Session session) {
    Optional<Kernel> kernel = Kernel.find();
    Architecture architecture = kernel.map(Kernel::architecture).orElse(Architecture.X86_64);
    List<Compiled> programs = new ArrayList<>();
    for (SandboxProfile profile : profiles(session)) {
      programs.add(Compiled.of(profile, "start", profile.systemCalls().start(), architecture));
      programs.add(Compiled.of(profile, "run", profile.systemCalls().run(), architecture));
    }
    List<FilterCost.Cost> costs =
        kernel
            .map(host -> costs(host, programs.stream().map(Compiled::program).toList()))
            .orElse(List.of());
    List<List<@Nullable Object>> rows = new ArrayList<>();
    for (int i = 0; i < programs.size(); i++) {
      Compiled compiled = programs.get(i);
      FilterProgram.PathLengths paths = compiled.program().pathLengths();
      FilterCost.Cost cost = costs.isEmpty() ? null : costs.get(i);
      rows.add(
          Arrays.asList(
              compiled.profile(),
              compiled.stage(),
              architecture.name().toLowerCase(Locale.ROOT),
              (long) compiled.program().instructions().size(),
              (long) compiled.linear().instructions().size(),
              (long) paths.min(),
              (long) paths.max(),
              paths.mean(),
              compiled.program().sha256(),
              cost == null ? null : (Object) cost.allowed(),
              cost == null ? null : (Object) cost.checked()));
    }
    return rows;
  }

  /** Empty where the kernel takes no filter. */
  private static List<FilterCost.Cost> costs(Kernel kernel, List<FilterProgram> programs) {
    try {
      return FilterCost.of(kernel, programs);
    } catch (NativeException refused) {
      return List.of();
    }
  }

  private static List<List<@Nullable Object>> workers(Session session) {
    List<List<@Nullable Object>> rows = new ArrayList<>();
    for (WorkerRuntime.Status worker : session.database().functions().workers()) {
      rows.add(
          Arrays.asList(
              worker.profile(),
              (long) worker.process(),
              (long) worker.functions(),
              worker.busy().toMillis()));
    }
    return rows;
  }

  private static List<List<@Nullable Object>> capabilities(Session session) {
    List<List<@Nullable Object>> rows = new ArrayList<>();
    for (Capabilities.Capability capability : Capabilities.probe().rows()) {
      rows.add(
          Arrays.asList(capability.layer(), capability.available() ? 1L : 0L, capability.detail()));
    }
    return rows;
  }
}
