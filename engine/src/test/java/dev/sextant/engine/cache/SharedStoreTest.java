package dev.sextant.engine.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sextant.engine.error.ErrorCode;
import dev.sextant.engine.error.SextantException;
import dev.sextant.storage.cache.shared.LockKeeper;
import dev.sextant.storage.memory.MemoryBudget;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The shared store, in JVMs of its own: this one is without the flags that it needs. */
@Timeout(300)
class SharedStoreTest {
  @TempDir Path folder;

  private ChildJvm child(String name, Class<?> main, String... arguments) throws IOException {
    List<String> command = new ArrayList<>(List.of(main.getName()));
    command.addAll(List.of(arguments));
    return new ChildJvm(folder.resolve(name + ".txt"), ChildJvm.FLAGS, command);
  }

  private String cache() {
    return folder.resolve("x.db-sextant").toString();
  }

  private CacheOptions shared() {
    return CacheOptions.defaults(Optional.of(folder.resolve("y.db-sextant")))
        .withStore(CacheOptions.Store.SHARED);
  }

  @Test
  void allScenariosHoldAndNothingElseIsPrinted() throws Exception {
    try (ChildJvm child = child("scenarios", SharedStoreScenarios.class, folder.toString())) {
      assertThat(child.rest())
          .containsExactlyElementsOf(
              SharedStoreScenarios.names().stream().map(name -> name + " ok").toList());
      assertThat(child.errors()).isEmpty();
    }
  }

  @Test
  void withoutFlagsAnErrorNamesThemAndThePrivateStoreWorks() {
    MemoryBudget memory = new MemoryBudget(64 << 20);
    assertThatThrownBy(
            () -> new EmbeddingCache(shared(), memory, InstantSource.system(), warning -> {}))
        .isInstanceOfSatisfying(
            SextantException.class,
            e -> assertThat(e.code()).isEqualTo(ErrorCode.FEATURE_NOT_SUPPORTED))
        .hasMessageContaining(String.join(" ", ChildJvm.FLAGS));
    assertThat(folder.resolve("y.db-sextant")).doesNotExist();
    CacheOptions mine = shared().withStore(CacheOptions.Store.PRIVATE);
    CountingModel model = new CountingModel("v1");
    try (EmbeddingCache cache =
        new EmbeddingCache(mine, memory, InstantSource.system(), warning -> {})) {
      cache.over(model).embed("a");
      assertThatThrownBy(() -> cache.reconfigure(shared()))
          .hasMessageContaining("--add-opens=java.base/java.lang=ALL-UNNAMED");
      cache.over(model).embed("a");
      assertThat(model.texts()).isEqualTo(1);
    }
  }

  @Test
  void theErrorNamesOnlyWhatIsMissing() throws Exception {
    List<String> flags = ChildJvm.FLAGS.subList(0, 4);
    try (ChildJvm child =
        new ChildJvm(
            folder.resolve("some.txt"),
            flags,
            List.of(SharedCacheUser.class.getName(), cache(), "1000000"))) {
      assertThat(child.next())
          .isEqualTo(
              "0A000 Setting cache.store = shared needs flags that this JVM was started without."
                  + " Add them to its command line: "
                  + ChildJvm.FLAGS.getLast()
                  + ", or leave cache.store = private.");
    }
  }

  @Test
  void whatOneProcessComputesAnotherHits() throws Exception {
    try (ChildJvm one = child("one", SharedCacheUser.class, cache(), "30000000");
        ChildJvm two = child("two", SharedCacheUser.class, cache(), "30000000")) {
      assertThat(one.next()).isEqualTo("ready");
      assertThat(two.next()).isEqualTo("ready");
      one.say("embed 0 300");
      assertThat(one.next()).isEqualTo("computed 300");
      two.say("embed 0 300");
      assertThat(two.next()).isEqualTo("computed 0");
      two.say("embed 300 400");
      assertThat(two.next()).isEqualTo("computed 100");
      one.say("embed 0 400");
      assertThat(one.next()).isEqualTo("computed 0");
      one.kill();
      two.say("embed 0 500");
      assertThat(two.next()).isEqualTo("computed 100");
      two.say("close");
      assertThat(two.rest()).containsExactly("closed []");
      assertThat(one.errors() + two.errors()).isEmpty();
    }
    try (ChildJvm three = child("three", SharedCacheUser.class, cache(), "30000000")) {
      assertThat(three.next()).isEqualTo("ready");
      three.say("embed 0 500");
      assertThat(three.next()).isEqualTo("computed 0");
    }
  }

  @Test
  void aLockLeftByAProcessThatIsGoneStopsNobody() throws Exception {
    try (ChildJvm one = child("one", SharedCacheUser.class, cache(), "1000000");
        ChildJvm two = child("two", SharedCacheUser.class, cache(), "1000000")) {
      assertThat(one.next()).isEqualTo("ready");
      one.say("embed 0 100");
      assertThat(one.next()).isEqualTo("computed 100");
      assertThat(two.next()).isEqualTo("ready");
      try (ChildJvm keeper = child("keeper", LockKeeper.class, cache(), "1000000")) {
        assertThat(keeper.next()).isEqualTo("locked");
        keeper.kill();
      }
      // All is in one segment: the lock is in the way of each call.
      one.say("embed 0 100");
      assertThat(one.next()).isEqualTo("computed 100");
      two.say("embed 0 50");
      assertThat(two.next()).isEqualTo("computed 50");
      two.say("warnings");
      assertThat(two.next()).contains("is left aside for a private one", "was killed");
      one.say("warnings");
      assertThat(one.next()).contains("is left aside for a private one", "left it locked");
      // All have left: the next that tries recovers it.
      one.say("later");
      one.say("embed 200 201");
      assertThat(one.next()).isEqualTo("computed 1");
      one.say("warnings");
      assertThat(one.next()).contains("is used again");
      two.say("later");
      two.say("embed 201 202");
      assertThat(two.next()).isEqualTo("computed 1");
      two.say("embed 0 100");
      assertThat(two.next()).isEqualTo("computed 0");
      two.say("close");
      one.say("close");
      assertThat(one.rest()).hasSize(1);
      assertThat(two.rest()).hasSize(1);
    }
  }

  @Test
  void aProcessKilledWhileItMadeTheFileLeavesNothingBehind() throws Exception {
    try (ChildJvm one = child("one", SharedCacheUser.class, cache(), "1000000")) {
      assertThat(one.next()).isEqualTo("ready");
      one.say("embed 0 100");
      assertThat(one.next()).isEqualTo("computed 100");
      one.kill();
    }
    LockKeeper.leaveHalfMade(Path.of(cache()));
    Files.write(Path.of(cache(), "cache.shared.new"), new byte[1000]);
    try (ChildJvm two = child("two", SharedCacheUser.class, cache(), "1000000")) {
      assertThat(two.next()).isEqualTo("ready");
      two.say("embed 0 100");
      assertThat(two.next()).isEqualTo("computed 100");
      two.say("close");
      assertThat(two.rest()).containsExactly("closed []");
    }
  }

  @Test
  void anotherSizeCountsWhenAllHaveLeft() throws Exception {
    try (ChildJvm one = child("one", SharedCacheUser.class, cache(), "1000000");
        ChildJvm two = child("two", SharedCacheUser.class, cache(), "2000000")) {
      String first = one.next();
      assertThat(first).isEqualTo(two.next()).isEqualTo("ready");
      one.say("warnings");
      two.say("warnings");
      assertThat(one.next() + two.next()).contains("keeps the size of");
      assertThat(Files.size(Path.of(cache(), "cache.shared"))).isLessThanOrEqualTo(2_000_000);
    }
  }
}
