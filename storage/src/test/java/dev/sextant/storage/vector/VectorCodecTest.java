package dev.sextant.storage.vector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sextant.storage.StorageException;
import dev.sextant.storage.StorageException.Kind;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class VectorCodecTest {
  @Property
  void textAndBlobGiveBackEveryBit(@ForAll @Size(min = 1, max = 40) float[] vector) {
    assertThat(VectorCodec.parse(VectorCodec.format(vector))).isEqualTo(vector);
    assertThat(VectorCodec.decode(VectorCodec.encode(vector))).isEqualTo(vector);
  }

  @Test
  void bytesAreLittleEndian() {
    assertThat(VectorCodec.encode(new float[] {1f, -2f}))
        .containsExactly(0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "[1,2.5,-3e2] | [1,2.5,-300]",
        "[ 1 , 2.5 ,\t-3E+2 ]  | [1,2.5,-300]",
        "[.5,5.,+1] | [0.5,5,1]",
        "[1e10,1.5e-7,-0] | [1e10,1.5e-7,-0]",
        "[0.1,16777216,3.4028235e38,1.4e-45] | [0.1,1.6777216e7,3.4028235e38,1.4e-45]",
      })
  void readsAndWritesText(String text, String written) {
    assertThat(VectorCodec.format(VectorCodec.parse(text))).isEqualTo(written);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '^',
      value = {
        "^^ | expected \"[\" but got the end at character 1",
        "1,2 | expected \"[\" but got \"1\" at character 1",
        "[] | expected a number but got \"]\" at character 2",
        "[1,] | expected a number but got \"]\" at character 4",
        "[1,,2] | expected a number but got \",\" at character 4",
        "[1 2] | expected \",\" or \"]\" but got \"2\" at character 4",
        "[1,x] | expected a number but got \"x\" at character 4",
        "[NaN] | expected a number but got \"N\" at character 2",
        "[1,-Infinity] | expected a number but got \"-\" at character 4",
        "[1e39] | expected a number in the range of float32 but got \"1\" at character 2",
        "[1e] | expected the digits of an exponent but got \"]\" at character 4",
        "[1f] | expected \",\" or \"]\" but got \"f\" at character 3",
        "[0x10] | expected \",\" or \"]\" but got \"x\" at character 3",
        "[1] 2 | expected the end but got \"2\" at character 5",
        "[1 | expected \",\" or \"]\" but got the end at character 3",
      })
  void saysWhatIsWrongWithAText(String text, String expected) {
    assertThatThrownBy(() -> VectorCodec.parse(text))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining(expected)
        .hasMessageContaining("Text \"" + text + "\" is not a vector")
        .extracting(e -> ((StorageException) e).kind())
        .isEqualTo(Kind.INVALID_VECTOR);
  }

  @Test
  void quotesNoMoreThanFortyCharacters() {
    assertThatThrownBy(() -> VectorCodec.parse("[" + "1,".repeat(100) + "x]"))
        .hasMessageStartingWith(
            "Text \"[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,...\" is not a vector: expected a number"
                + " but got \"x\" at character 202.");
  }

  @Test
  void limitsDimensions() {
    int most = VectorLimits.MAX_DIMENSIONS;
    float[] largest = new float[most];
    assertThat(VectorCodec.parse(VectorCodec.format(largest))).isEqualTo(largest);
    assertInvalid(() -> VectorCodec.parse("[" + "1,".repeat(most) + "1]"));
    assertInvalid(() -> VectorCodec.encode(new float[most + 1]));
    assertInvalid(() -> VectorCodec.encode(new float[0]));
    assertInvalid(() -> VectorCodec.decode(new byte[0]));
    assertInvalid(() -> VectorCodec.decode(new byte[4 * most + 4]));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 5, 1535})
  void refusesABlobOfOddLength(int bytes) {
    assertInvalid(() -> VectorCodec.decode(new byte[bytes]));
  }

  @Test
  void namesTheElementThatIsNotFinite() {
    VectorCodec.requireFinite(new float[] {1, -0f, Float.MAX_VALUE});
    assertThatThrownBy(() -> VectorCodec.requireFinite(new float[] {1, Float.NaN, 3}))
        .hasMessageStartingWith("Vector expects finite numbers but element 2 of 3 is NaN.");
    assertInvalid(() -> VectorCodec.requireFinite(new float[] {Float.NEGATIVE_INFINITY}));
  }

  @Test
  void namesBothDimensions() {
    VectorCodec.requireDimensions(new float[3], 3, "Vector");
    assertThatThrownBy(() -> VectorCodec.requireDimensions(new float[384], 768, "Vector"))
        .hasMessageStartingWith("Vector expects 768 dimensions but got 384. ")
        .extracting(e -> ((StorageException) e).kind())
        .isEqualTo(Kind.DIMENSIONS);
  }

  private static void assertInvalid(Runnable call) {
    assertThatThrownBy(call::run)
        .isInstanceOf(StorageException.class)
        .extracting(e -> ((StorageException) e).kind())
        .isEqualTo(Kind.INVALID_VECTOR);
  }
}
