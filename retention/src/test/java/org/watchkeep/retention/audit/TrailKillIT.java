// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.audit;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.watchkeep.retention.Campaign;
import org.watchkeep.retention.disk.RealDisk;

/** A process that appends is killed, kill -9, and what it had said to be durable is there. */
class TrailKillIT {
    private static final int MOST_BEFORE_KILL = 700;

    @TempDir
    Path folder;

    /** The child: opens or makes the trail, appends without end, and says each index once it is durable. */
    static final class Appender {
        private Appender() {}

        public static void main(String[] args) throws IOException {
            TrailRig rig = new TrailRig();
            Path trailFolder = Path.of(args[0]);
            Trail trail = Trail.isThere(new RealDisk(), trailFolder)
                    ? Trail.open(new RealDisk(), rig.settings(trailFolder))
                    : Trail.create(new RealDisk(), rig.settings(trailFolder), Trail.DEFAULT_NAME);
            while (true) {
                Appended appended = trail.append(TrailRig.entry(trail.size()));
                System.out.println(appended.index() + " " + appended.leaf());
                if (appended.index() % 50 == 0) {
                    rig.pass(1_000);
                    trail.checkpoint();
                }
            }
        }
    }

    private void killAndOpen(Path trailFolder, long seed) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx128m",
                        "-cp",
                        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                        Appender.class.getName(),
                        trailFolder.toString())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        int lines = 1 + new Random(seed).nextInt(MOST_BEFORE_KILL);
        String last = "";
        try (BufferedReader said = new BufferedReader(new InputStreamReader(process.getInputStream(), US_ASCII))) {
            for (String line = said.readLine(); line != null; line = said.readLine()) {
                last = line;
                if (--lines == 0) {
                    process.destroyForcibly();
                }
                if (lines <= 0 && !said.ready()) {
                    break;
                }
            }
        } finally {
            process.destroyForcibly().waitFor();
        }
        assertThat(last).as("seed %s", seed).contains(" ");
        long index = Long.parseLong(last.substring(0, last.indexOf(' ')));
        try (Trail trail = Trail.open(new RealDisk(), new TrailRig().settings(trailFolder))) {
            assertThat(trail.size()).as("seed %s", seed).isGreaterThan(index);
            Hash[] leaf = {Hash.ZERO};
            trail.read(index, index + 1, (at, bytes) -> leaf[0] = Merkle.leaf(bytes));
            assertThat(leaf[0].toString()).as("seed %s", seed).isEqualTo(last.substring(last.indexOf(' ') + 1));
        }
        TrailReport report = new TrailVerifier(new RealDisk(), trailFolder, Optional.empty()).run();
        assertThat(report.finding()).as("seed %s", seed).isEmpty();
    }

    @Test
    void append_killedTwice_whatWasSaidIsThere() throws IOException, InterruptedException {
        killAndOpen(folder.resolve("trail"), 1);
        killAndOpen(folder.resolve("trail"), 2);
    }

    @Test
    @Tag("campaign")
    void append_killedManyTimes_whatWasSaidIsThere() throws IOException, InterruptedException {
        for (long seed = 10; seed < 10 + Campaign.of(20); seed++) {
            killAndOpen(folder.resolve("trail"), seed);
        }
    }
}
