package dev.sextant.engine.udf;

import dev.sextant.engine.error.ErrorCode;
import dev.sextant.engine.error.SextantException;
import dev.sextant.udf.SandboxProfile;
import dev.sextant.udf.SandboxProfiles;
import dev.sextant.udf.UdfException;
import java.util.List;
import java.util.Map;

/** The profiles that every database has, and how others are made of them. */
public final class Profiles {
  /** What a function gets that names no profile. */
  public static final String DEFAULT = SandboxProfiles.UNTRUSTED.name();

  private static final List<Profile> BUILT_IN =
      SandboxProfiles.builtIn().stream().map(each -> new Profile(each, "", Map.of())).toList();

  private Profiles() {}

  /** The profiles that every database has, the default first. */
  public static List<Profile> builtIn() {
    return BUILT_IN;
  }

  /**
   * A profile that allows no more than its parent.
   *
   * @param settings values as written, by upper-case key; see {@link SandboxProfiles#extend}
   * @throws SextantException {@code 42P16} for an unknown key, a value that is none, or one that is
   *     wider than the parent's
   */
  public static Profile narrowed(SandboxProfile parent, String name, Map<String, String> settings) {
    try {
      return new Profile(SandboxProfiles.extend(name, parent, settings), parent.name(), settings);
    } catch (UdfException refused) {
      throw new SextantException(
          ErrorCode.INVALID_DEFINITION, String.valueOf(refused.getMessage()), refused);
    }
  }
}
