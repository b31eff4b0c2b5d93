package dev.sextant.sql.run;

import dev.sextant.engine.Session;
import dev.sextant.engine.error.ErrorCode;
import dev.sextant.engine.error.SextantException;
import dev.sextant.engine.numa.Placements;
import dev.sextant.engine.numa.RegionReport;
import dev.sextant.engine.vector.VectorIndexes;
import dev.sextant.sql.plan.NumaCommand;
import dev.sextant.storage.numa.Enforcement;
import dev.sextant.storage.numa.Evidence;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Runs what statements place on the machine's nodes. */
final class NumaCommands {
  private final Session session;
  private final Placements placements;

  NumaCommands(Session session) {
    this.session = session;
    this.placements = session.database().placements();
  }

  /**
   * Runs one.
   *
   * @return a warning where what was wanted was not had
   */
  List<String> run(NumaCommand command) {
    return switch (command) {
      case NumaCommand.PinSession(var target, var enforcement) ->
          told(
              "The session is not on " + target.label(),
              session.pin().pin(target, given(enforcement)));
      case NumaCommand.PlaceIndex place -> place(place);
      case NumaCommand.UnpinSession() -> {
        session.pin().unpin();
        yield List.of();
      }
      case NumaCommand.CreateRegion(String name, long bytes, var placement, var enforcement) ->
          told(
              "NUMA region \"" + name + "\" is not as " + placement.label() + " wants it",
              placements.create(name, bytes, placement, given(enforcement)));
      case NumaCommand.DropRegion(String name, boolean ifExists) -> {
        drop(name, ifExists);
        yield List.of();
      }
    };
  }

  private List<String> place(NumaCommand.PlaceIndex command) {
    if (session.inTransaction()) {
      throw new SextantException(
          ErrorCode.TRANSACTION_STATE,
          "ALTER INDEX … SET PLACEMENT takes a transaction of its own: commit or roll back first.");
    }
    session
        .database()
        .vectors()
        .place(
            session.connection(),
            new VectorIndexes.Move(
                command.index(),
                command.column(),
                command.placement(),
                given(command.enforcement())));
    String owner = "index " + command.index().name();
    return session.database().vectors().regions().stream()
        .filter(region -> region.owner().equals(owner) && !region.evidence().holds())
        .filter(region -> !(region.evidence() instanceof Evidence.Applied)) // nothing to lie there
        .map(region -> region.name() + " of " + owner + ": " + region.evidence().label() + ".")
        .toList();
  }

  private Enforcement given(@Nullable Enforcement enforcement) {
    return enforcement == null ? placements.enforcement() : enforcement;
  }

  private static List<String> told(String what, Evidence evidence) {
    return evidence.holds() ? List.of() : List.of(what + ": " + evidence.label() + ".");
  }

  private void drop(String name, boolean ifExists) {
    if (!placements.drop(name) && !ifExists) {
      List<String> names = placements.regions().stream().map(RegionReport::name).toList();
      throw new SextantException(
          ErrorCode.INVALID_PARAMETER,
          "No NUMA region \""
              + name
              + "\"; there "
              + (names.isEmpty() ? "is none" : "are " + names)
              + ".");
    }
  }
}
