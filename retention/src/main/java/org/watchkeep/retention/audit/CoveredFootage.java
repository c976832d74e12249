// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.audit;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.watchkeep.retention.disk.Disk;

/**
 * What the newest footage roots cover: to find, after a stop, what stands in none. Immutable.
 *
 * @param since footage that ends later than this may stand in no root
 * @param lines of the newest roots' leaves, without their values
 */
public record CoveredFootage(Instant since, Set<String> lines) {
    /** A segment of a minute is sealed, and its root entered, within two of its end. */
    private static final Duration REACH = Duration.ofMinutes(3);

    /** Roots older than this list nothing that ends within the reach. */
    private static final Duration ROOTS = REACH.plusMinutes(2);

    /** Entries read at a time, from the end. */
    private static final long STEP = TrailFiles.WIDTH;

    /** A thousand cameras for the minutes that are read. */
    private static final int MAX_LEAVES_BYTES = 64 << 20;

    public CoveredFootage {
        lines = Set.copyOf(lines);
    }

    /** Reads the trail from its end; empty where it has no footage root. */
    public static Optional<CoveredFootage> newest(Disk disk, Path folder, Trail trail) throws IOException {
        TrailFiles files = new TrailFiles(disk, folder);
        Set<String> lines = new HashSet<>();
        Instant[] newest = {Instant.MIN};
        boolean[] isBehind = {false};
        for (long end = trail.size(); end > 0 && !isBehind[0]; end = Math.max(0, end - STEP)) {
            // Oldest first within a step: the newest minute is then known only at its end.
            Instant known = newest[0];
            trail.read(Math.max(0, end - STEP), end, (index, bytes) -> {
                Entry entry = Entry.parse(bytes);
                if (!entry.act().equals(Act.FOOTAGE_ROOT.code())) {
                    return;
                }
                Instant minute = entry.data().time("minute");
                if (minute.isAfter(newest[0])) {
                    newest[0] = minute;
                }
                if (known.isAfter(Instant.MIN) && minute.isBefore(known.minus(ROOTS))) {
                    isBehind[0] = true;
                } else {
                    read(files, minute, entry.data().hash("root"), lines);
                }
            });
        }
        return newest[0].equals(Instant.MIN)
                ? Optional.empty()
                : Optional.of(new CoveredFootage(newest[0].minus(REACH), lines));
    }

    /** Leaves are a help to find; the root alone is the proof, so a file that is gone is not missed. */
    private static void read(TrailFiles files, Instant minute, Hash root, Set<String> lines) throws IOException {
        Path path = FootageRoots.path(files, minute, root);
        if (!files.disk().exists(path)) {
            return;
        }
        for (String line : new String(files.read(path, MAX_LEAVES_BYTES), US_ASCII).split("\n", -1)) {
            int value = line.indexOf(' ');
            if (value > 0) {
                lines.add(line.substring(value + 1));
            }
        }
    }

    public boolean covers(String line) {
        return lines.contains(line);
    }
}
