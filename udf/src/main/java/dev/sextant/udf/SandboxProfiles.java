package dev.sextant.udf;

import dev.sextant.udf.SandboxProfile.Layer;
import dev.sextant.udf.UdfException.Failure;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** The profiles that exist from the start, and how others are made from one. */
public final class SandboxProfiles {
  private static final long MEGABYTE = 1 << 20;
  private static final Set<Layer> ALL_LAYERS = EnumSet.allOf(Layer.class);

  /** Calls that tell a program about itself and its machine. */
  private static final String ABOUT = "uname sysinfo times getcwd getuid geteuid getgid getegid";

  private static final String EVENTS = "poll ppoll select pselect6";

  /** The one that functions get without a word: computing, and nothing else. */
  public static final SandboxProfile UNTRUSTED =
      new SandboxProfile("untrusted", Limits.UNTRUSTED, ALL_LAYERS);

  private static final List<SandboxProfile> BUILT_IN =
      List.of(
          UNTRUSTED,
          profile("minimal", limits(10, 48, 500), killing(SystemCalls.UNTRUSTED)),
          profile("hostile-tenant", limits(20, 64, 1000), killing(SystemCalls.UNTRUSTED)),
          profile("ci-runner", limits(1000, 256, 10_000), SystemCalls.UNTRUSTED.plus(ABOUT)),
          profile("web-server", limits(100, 128, 1000), SystemCalls.UNTRUSTED.plus(EVENTS)),
          profile(
              "batch-job",
              limits(5000, 512, 60_000),
              SystemCalls.UNTRUSTED.plus("sched_getparam sched_getscheduler getpriority times")),
          profile(
              "development",
              limits(1000, 256, 30_000),
              SystemCalls.UNTRUSTED.plus(ABOUT + " " + EVENTS)));

  private SandboxProfiles() {}

  private static SandboxProfile profile(String name, Limits limits, SystemCalls calls) {
    return new SandboxProfile(name, limits, ALL_LAYERS, calls);
  }

  private static SystemCalls killing(SystemCalls calls) {
    return calls.withRun(run -> run.denying(CallAction.KILL));
  }

  private static Limits limits(int fuelMillions, int memoryMegabytes, int wallMillis) {
    Limits base = Limits.UNTRUSTED;
    return new Limits(
        fuelMillions * 1_000_000L,
        memoryMegabytes * MEGABYTE,
        Duration.ofMillis(wallMillis),
        base.stackDepth(),
        base.outputBytes(),
        base.batchRows(),
        base.workers());
  }

  /** All built-in profiles. */
  public static List<SandboxProfile> builtIn() {
    return BUILT_IN;
  }

  /** A built-in profile, whose name may be written in any case; empty for another name. */
  public static Optional<SandboxProfile> find(String name) {
    return BUILT_IN.stream().filter(profile -> profile.name().equalsIgnoreCase(name)).findFirst();
  }

  /**
   * A built-in profile.
   *
   * @throws UdfException DEFINITION for a name that none has
   */
  public static SandboxProfile get(String name) {
    return find(name)
        .orElseThrow(
            () ->
                new UdfException(
                    Failure.DEFINITION,
                    "There is no sandbox profile \""
                        + name
                        + "\". Built in are "
                        + BUILT_IN.stream()
                            .map(SandboxProfile::name)
                            .collect(Collectors.joining(", "))
                        + "."));
  }

  /**
   * A profile that allows no more than its parent. The keys, in any case:
   *
   * <ul>
   *   <li>FUEL, STACK, BATCH_ROWS and WORKERS: a number
   *   <li>MEMORY and OUTPUT: bytes, with KB, MB or GB behind the number if wanted
   *   <li>WALL_TIME: milliseconds, with ms or s behind the number if wanted
   *   <li>REQUIRE: layers, separated by commas
   *   <li>ALLOW: the system calls that stay allowed once foreign code runs, by name
   *   <li>DENY: system calls or categories of them that do not
   *   <li>ON_DENIAL: errno or kill
   * </ul>
   *
   * @throws UdfException DEFINITION for an unknown key, a value that is none, and a value that
   *     allows more than the parent
   */
  public static SandboxProfile extend(
      String name, SandboxProfile parent, Map<String, String> settings) {
    return new ProfileSettings(name, parent).apply(settings);
  }
}
