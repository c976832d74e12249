// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import org.watchkeep.recorder.camera.PictureQuirk;
import org.watchkeep.recorder.camera.Quirk;
import org.watchkeep.recorder.ingest.QuirkFleet.Plan;
import org.watchkeep.recorder.ingest.QuirkFleet.Row;
import org.watchkeep.recorder.ingest.QuirkFleet.Subject;
import org.watchkeep.recorder.rtsp.TransportChoice;

/** Cameras with several quirks at once, chosen at random: each is recorded, or its footage is a gap with a cause. */
class QuirkCombinationIT {
    private static final int CAMERAS = 40;
    private static final int MOST_QUIRKS = 4;
    private static final int ENOUGH_SLICES = 20;

    @Property(tries = 2, shrinking = ShrinkingMode.OFF)
    void record_anyQuirksTogether_givesFootageOrAGapWithItsCause(@ForAll long seed) throws IOException {
        Random random = new Random(seed);
        Path folder = Files.createTempDirectory("quirks");
        List<Plan> plans = new ArrayList<>();
        for (int i = 0; i < CAMERAS; i++) {
            plans.add(plan(random));
        }
        try (QuirkFleet fleet = new QuirkFleet(folder, plans)) {
            fleet.awaitAll();
            assertThat(fleet.rows()).as("seed " + seed).allMatch(QuirkCombinationIT::isSeenThrough);
        } finally {
            try (var files = Files.list(folder)) {
                for (Path file : files.toList()) {
                    Files.delete(file);
                }
            }
            Files.delete(folder);
        }
    }

    private static Plan plan(Random random) {
        List<Quirk> all = new ArrayList<>(Quirk.all());
        Collections.shuffle(all, random);
        List<Quirk> chosen = List.copyOf(all.subList(0, 1 + random.nextInt(MOST_QUIRKS)));
        boolean asksForLogin = random.nextBoolean();
        return new Plan(
                chosen,
                List.of(),
                asksForLogin ? QuirkRows.WITH_LOGIN : QuirkRows.OPEN,
                QuirkRows.WHO,
                TransportChoice.AUTO,
                random.nextBoolean() ? "" : "?channel=1",
                // Quirks of pictures do nothing to a file.
                chosen.stream().anyMatch(PictureQuirk.class::isInstance) ? Subject.DRAWN : Subject.H264,
                QuirkCombinationIT::isSeenThrough);
    }

    /** Footage came, or a session ended and said why: {@link Row#footage} refuses what no store would take. */
    private static boolean isSeenThrough(Row row) {
        return row.footage.slices().size() >= ENOUGH_SLICES
                || !row.footage.gaps().isEmpty()
                || !row.footage.runEnds().isEmpty();
    }
}
