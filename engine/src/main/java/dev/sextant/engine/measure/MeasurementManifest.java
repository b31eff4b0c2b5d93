package dev.sextant.engine.measure;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Where, with what and of what a measurement was made. Two measurements can be compared where their
 * {@link #hash} is the same.
 *
 * @param fields in order
 */
public record MeasurementManifest(List<Field> fields) {
  /** Makes the list its own. */
  public MeasurementManifest {
    fields = List.copyOf(fields);
  }

  /**
   * A fact.
   *
   * @param value null where it cannot be known
   * @param role what it says about a comparison
   * @param reason why it cannot be known; empty where it is
   */
  public record Field(String name, @Nullable String value, Role role, String reason) {
    /** A fact that is known. */
    public static Field known(String name, String value, Role role) {
      return new Field(name, value, role, "");
    }

    /** One that is not. */
    public static Field unknown(String name, Role role, String reason) {
      return new Field(name, null, role, reason);
    }
  }

  /** What a field says about a comparison. */
  public enum Role {
    /** Has to be the same. */
    STABLE,
    /** What is compared: other text and another plan are the point of a comparison. */
    SUBJECT,
    /** Of the moment. */
    MOMENT
  }

  /** This with more fields behind. */
  public MeasurementManifest with(List<Field> more) {
    List<Field> all = new ArrayList<>(fields);
    all.addAll(more);
    return new MeasurementManifest(all);
  }

  /** The value of a field; empty where it is not known. */
  public Optional<String> value(String name) {
    return fields.stream().filter(field -> field.name().equals(name)).findFirst().map(Field::value);
  }

  /** SHA-256 over all fields that have to be the same, each with its length before it. */
  public String hash() {
    StringBuilder text = new StringBuilder();
    for (Field field : fields) {
      if (field.role() == Role.STABLE) {
        String value = field.value() == null ? "?" + field.reason() : "=" + field.value();
        text.append(field.name().length()).append(':').append(field.name());
        text.append(value.length()).append(':').append(value);
      }
    }
    return sha256(text.toString());
  }

  /** SHA-256 of a text, in hexadecimal digits. */
  public static String sha256(String text) {
    try {
      byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  /** What has to be the same and is not, as "name: this against that". */
  public List<String> differences(MeasurementManifest other) {
    List<String> differences = new ArrayList<>();
    for (Field field : fields) {
      String theirs = other.value(field.name()).orElse("unknown");
      String ours = field.value() == null ? "unknown" : field.value();
      if (field.role() == Role.STABLE && !ours.equals(theirs)) {
        differences.add(field.name() + ": \"" + ours + "\" against \"" + theirs + "\"");
      }
    }
    return differences;
  }
}
