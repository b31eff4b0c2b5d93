package dev.sextant.sql.run;

import dev.sextant.engine.Database;
import dev.sextant.engine.Session;
import dev.sextant.engine.Settings;
import dev.sextant.engine.measure.MachineManifest;
import dev.sextant.engine.measure.MeasurementManifest;
import dev.sextant.engine.measure.MeasurementManifest.Field;
import dev.sextant.engine.measure.MeasurementManifest.Role;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Draws the manifest of a measurement up. */
public final class ManifestReader {
  private final Session session;

  /** A reader of what a session sees. */
  public ManifestReader(Session session) {
    this.session = session;
  }

  /**
   * The manifest of the moment.
   *
   * @param texts the queries, and the one that gives their parameters
   * @param plans the lines of their plans
   */
  public MeasurementManifest read(List<String> texts, List<List<String>> plans) {
    Database database = session.database();
    List<Field> fields = new ArrayList<>(machine().fields());
    String nodes = database.numa().topology().online().toString();
    fields.add(Field.known("NUMA nodes", nodes, Role.STABLE));
    fields.add(Field.known("placement", placement(), Role.SUBJECT));
    fields.add(Field.known("kernels", kernels(database), Role.STABLE));
    fields.add(Field.known("settings", settings(database), Role.STABLE));
    String build = Database.class.getPackage().getImplementationVersion();
    fields.add(
        build == null
            ? Field.unknown("engine build", Role.SUBJECT, "not run from a jar with a version")
            : Field.known("engine build", build, Role.SUBJECT));
    fields.add(Field.known("data", DataFingerprint.of(session.connection()), Role.STABLE));
    fields.add(Field.known("SQL", String.join("\n", texts), Role.STABLE));
    String plan =
        plans.stream().map(lines -> String.join("\n", lines)).collect(Collectors.joining("\n\n"));
    fields.add(Field.known("plan", MeasurementManifest.sha256(plan), Role.SUBJECT));
    return new MeasurementManifest(fields);
  }

  private MachineManifest machine() {
    return new MachineManifest(
        Path.of("/sys"), Path.of("/proc"), session.database().probes().quota());
  }

  /** What has changed of a manifest when the measurement is over. */
  public MeasurementManifest ended(MeasurementManifest begun) {
    return begun.with(machine().ended());
  }

  /** Where indexes, columns, the cache and the session are to lie and run, and whether they do. */
  private String placement() {
    Database database = session.database();
    Stream<String> regions =
        Stream.concat(database.vectors().regions().stream(), database.cache().placed().stream())
            .map(
                region ->
                    region.owner()
                        + " on "
                        + region.wanted()
                        + (region.evidence().holds() ? "" : ", not wholly"));
    Stream<String> pin = session.pin().wanted().map(target -> "session on " + target).stream();
    String all = Stream.concat(regions, pin).distinct().sorted().collect(Collectors.joining("; "));
    return all.isEmpty() ? "not placed" : all;
  }

  private static String kernels(Database database) {
    return database.kernels().report().stream()
        .map(report -> report.name() + " " + report.status().label())
        .collect(Collectors.joining(", "));
  }

  private String settings(Database database) {
    String shared =
        Settings.all().stream()
            .map(setting -> setting.name() + "=" + database.settings().get(setting))
            .collect(Collectors.joining(", "));
    return shared + ", hnsw.ef_search=" + session.efSearch();
  }
}
