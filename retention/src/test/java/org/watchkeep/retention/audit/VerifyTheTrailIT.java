// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.audit;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.watchkeep.retention.disk.Disk;
import org.watchkeep.retention.disk.RealDisk;

/** The commands of docs/verify-the-trail.md, exactly as they stand there, on a real trail and on forged ones. */
class VerifyTheTrailIT {
    private static final Pattern BLOCK = Pattern.compile("```sh\n(.*?)```", Pattern.DOTALL);

    @TempDir
    Path folder;

    private final TrailRig rig = new TrailRig();
    private final Disk disk = new RealDisk();

    /** What a run said, and how it ended. */
    private record Ran(int exit, String said) {}

    private Path trail(int entries) throws IOException {
        Path trailFolder = folder.resolve("trail");
        try (Trail trail = Trail.create(disk, rig.settings(trailFolder), Trail.DEFAULT_NAME)) {
            TrailRig.append(trail, 1, entries);
            rig.pass(2_000);
            trail.checkpoint();
            byte[][] entry = {{}};
            trail.read(7, 8, (index, bytes) -> entry[0] = bytes);
            Files.write(trailFolder.resolve("seven.tlog-proof"), trail.prove(7).toBytes());
            Files.write(trailFolder.resolve("seven.entry"), entry[0]);
            new Texts(disk, trailFolder).write("Seen by Zoë's shop, \"north\"\nsecond line");
        }
        return trailFolder;
    }

    private static List<String> blocks() throws IOException {
        Path fromModule = Path.of("../docs/verify-the-trail.md");
        Path page = Files.exists(fromModule) ? fromModule : Path.of("docs/verify-the-trail.md");
        Matcher matcher = BLOCK.matcher(Files.readString(page));
        List<String> blocks = new ArrayList<>();
        while (matcher.find()) {
            blocks.add(matcher.group(1));
        }
        return blocks;
    }

    /** The page writes to /tmp; here that is a folder of the test's own. */
    private Ran run(Path in, String commands) throws IOException, InterruptedException {
        Path temporary = Files.createDirectories(folder.resolve("tmp"));
        Process process = new ProcessBuilder(
                        "bash", "-euo", "pipefail", "-c", commands.replace("/tmp/", temporary + "/"))
                .directory(in.toFile())
                .redirectErrorStream(true)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), UTF_8);
        return new Ran(process.waitFor(), said);
    }

    @Test
    void page_soundTrail_everyCommandAgrees() throws IOException, InterruptedException {
        Path trail = trail(700);
        Ran ran = run(trail, String.join("\n", blocks()));
        assertThat(ran.said())
                .contains("Signature Verified Successfully")
                .contains("700 entries, the first 700 as signed")
                .contains("entry 7 is in the tree of 700 entries")
                .contains(".txt holds");
        assertThat(ran.exit()).isZero();
    }

    @Test
    void page_shortTrail_hashOfOneEntryIsItsLeaf() throws IOException, InterruptedException {
        Path trail = trail(20);
        Ran ran = run(trail, String.join("\n", blocks()));
        assertThat(ran.exit()).as(ran.said()).isZero();
        Hash[] leaf = {Hash.ZERO};
        TrailArchive.open(disk, trail).read(1, 2, (index, bytes) -> leaf[0] = Merkle.leaf(bytes));
        assertThat(ran.said()).contains(leaf[0].toString());
    }

    @Test
    void page_forgedTrails_namesTheFirstBadEntry() throws IOException, InterruptedException {
        Path trail = trail(700);
        String check = blocks().get(2);
        Path bundle = trail.resolve("tile/entries/001");
        byte[] good = Files.readAllBytes(bundle);

        Files.writeString(
                bundle, new String(good, ISO_8859_1).replaceFirst("\"epoch\":300", "\"epoch\":301"), ISO_8859_1);
        assertThat(run(trail, check).said()).contains("entry 301: does not follow");

        List<byte[]> entries = new ArrayList<>(Bundle.decode(good));
        entries.remove(50);
        Files.write(bundle, Bundle.encode(entries));
        assertThat(run(trail, check).said()).contains("entry 306: says that it is entry 307");

        Files.write(bundle, good);
        Path kept = trail.resolve("kept");
        Files.copy(trail.resolve("checkpoint"), kept);
        Files.writeString(kept, Files.readString(kept).replaceFirst("\n700\n", "\n701\n"));
        assertThat(run(trail, check.replace("check_trail.py\n", "check_trail.py kept\n"))
                        .said())
                .contains("cut short: 700 entries, 701 were signed");
        assertThat(run(trail, check).exit()).isZero();
    }
}
