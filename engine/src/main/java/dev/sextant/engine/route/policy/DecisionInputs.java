package dev.sextant.engine.route.policy;

import dev.sextant.engine.error.ErrorCode;
import dev.sextant.engine.error.SextantException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;

/**
 * What a decision was taken from, as it is logged: bytes that give back every bit.
 *
 * @param policy how it was decided
 * @param situation on what
 */
public record DecisionInputs(Policy policy, Situation situation) {
  private static final int VERSION = 1;

  /** The bytes for the log. */
  public byte[] toBytes() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      out.writeByte(VERSION);
      PolicyCodec.write(out, policy);
      SituationCodec.write(out, situation);
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
    return bytes.toByteArray();
  }

  /**
   * Reads logged bytes.
   *
   * @throws SextantException {@link ErrorCode#INVALID_DATA} where they are none
   */
  public static DecisionInputs fromBytes(byte[] logged) {
    try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(logged))) {
      int version = in.readUnsignedByte();
      if (version != VERSION) {
        throw new IOException("version " + version + " is not " + VERSION);
      }
      DecisionInputs inputs = new DecisionInputs(PolicyCodec.read(in), SituationCodec.read(in));
      if (in.read() >= 0) {
        throw new IOException("bytes follow the end");
      }
      return inputs;
    } catch (IOException | IllegalArgumentException bad) {
      throw new SextantException(
          ErrorCode.INVALID_DATA,
          "The logged inputs of a decision cannot be read ("
              + bad.getMessage()
              + "); the decision cannot be replayed. Was it logged by another version?",
          bad);
    }
  }

  /** Takes the decision again. */
  public Decision replay() {
    return Decision.take(policy, situation);
  }
}
