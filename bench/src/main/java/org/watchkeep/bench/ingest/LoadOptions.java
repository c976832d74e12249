// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.bench.ingest;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.watchkeep.bench.fleet.Arrival;
import org.watchkeep.bench.fleet.CameraGroup;
import org.watchkeep.bench.fleet.FleetPlan;
import org.watchkeep.bench.fleet.StreamPattern;
import org.watchkeep.bench.report.Amounts;
import org.watchkeep.bench.workload.Workload;
import org.watchkeep.bench.workload.Workloads;
import org.watchkeep.controlroom.control.Refusal;
import org.watchkeep.profiles.yaml.YamlFaultException;
import picocli.CommandLine.Option;

/** Which cameras there are: so many that are all alike, or a workload's. */
final class LoadOptions {
    static final int USUAL_CAMERAS = 200;
    private static final String SEE_HELP = "See: watchkeep bench ingest --help";

    @Option(
            names = "--cameras",
            paramLabel = "N",
            description = "How many cameras; with --search the first try. Default: 200.")
    @Nullable
    private Integer cameras;

    @Option(
            names = "--workload",
            paramLabel = "W",
            description = "A mixture of cameras by its name, or a file of your own; list prints all there are.")
    @Nullable
    private String workload;

    @Option(names = "--bitrate", paramLabel = "B", description = "Of each camera, as in 4M. Default: 4M.")
    @Nullable
    private String bitrate;

    @Option(names = "--fps", paramLabel = "N", description = "Pictures a second. Default: 25.")
    @Nullable
    private Integer picturesPerSecond;

    @Option(names = "--gop", paramLabel = "N", description = "Pictures from key picture to key picture. Default: 50.")
    @Nullable
    private Integer groupPictures;

    @Option(
            names = "--arrival",
            paramLabel = "HOW",
            description = "burst (a picture at once) or packet (each packet its own send). Default: burst.")
    private String arrival = "burst";

    /** What is offered. Immutable. */
    record Load(FleetPlan plan, Optional<Workload> workload) {}

    boolean isList() {
        return "list".equals(workload);
    }

    /** What {@code --cameras} says, where it says anything. */
    Optional<Integer> saidCameras() {
        return Optional.ofNullable(cameras);
    }

    Load load(boolean isSearch) throws Refusal, IOException {
        try {
            return workload == null ? alike() : ofWorkload(workload, isSearch);
        } catch (IllegalArgumentException e) {
            throw Refusal.badInput("bad-arguments", String.valueOf(e.getMessage()), SEE_HELP);
        }
    }

    private Load alike() {
        StreamPattern pattern = new StreamPattern(
                Amounts.bits(Objects.requireNonNullElse(bitrate, "4M")),
                Objects.requireNonNullElse(picturesPerSecond, 25),
                Objects.requireNonNullElse(groupPictures, 50));
        int count = Objects.requireNonNullElse(cameras, USUAL_CAMERAS);
        if (count < 1 || count > CameraGroup.MOST_CAMERAS) {
            throw new IllegalArgumentException(
                    "cameras: " + count + " (expected: 1 to " + CameraGroup.MOST_CAMERAS + ")");
        }
        return new Load(FleetPlan.of(count, pattern, arrival()), Optional.empty());
    }

    private Load ofWorkload(String name, boolean isSearch) throws Refusal, IOException {
        if (bitrate != null || picturesPerSecond != null || groupPictures != null || (cameras != null && !isSearch)) {
            throw Refusal.badInput(
                    "bad-arguments",
                    "--workload says itself how many cameras there are and what they send",
                    "Leave out --cameras, --bitrate, --fps and --gop.");
        }
        Workload found = find(name);
        if (found.refused().isPresent()) {
            throw Refusal.badInput(
                    "workload-refused",
                    "workload " + found.id() + " cannot be run: "
                            + found.refused().get(),
                    "See: watchkeep bench ingest --workload list");
        }
        return new Load(new FleetPlan(arrival(), found.groups()), Optional.of(found));
    }

    private static Workload find(String name) throws Refusal, IOException {
        Optional<Workload> builtIn = Workloads.builtIn().find(name);
        if (builtIn.isPresent()) {
            return builtIn.get();
        }
        Path file = Path.of(name);
        if (!Files.isRegularFile(file)) {
            throw Refusal.badInput(
                    "workload-unknown",
                    "no workload and no file " + name + " (expected: a file, or "
                            + Workloads.builtIn().all().stream()
                                    .map(Workload::id)
                                    .collect(Collectors.joining(", "))
                            + ")",
                    "See: watchkeep bench ingest --workload list");
        }
        try {
            return Workloads.ofFile(file);
        } catch (YamlFaultException e) {
            throw Refusal.badInput("bad-workload", String.valueOf(e.getMessage()), "Correct it in the file.");
        }
    }

    private Arrival arrival() {
        return Arrays.stream(Arrival.values())
                .filter(a -> a.name().toLowerCase(Locale.ROOT).equals(arrival))
                .findFirst()
                .orElseThrow(
                        () -> new IllegalArgumentException("arrival: " + arrival + " (expected: burst or packet)"));
    }
}
