// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.audit;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.watchkeep.retention.disk.Disk;

/**
 * The newest checkpoint in folders that stand apart from the trail (the key homes). The trail's own folder may be put back from
 * an old copy, and nothing in it then knows; these do. One thread at a time.
 */
public final class CheckpointCopies {
    static final String FILE = "trail.checkpoint";

    private static final Logger LOG = LoggerFactory.getLogger(CheckpointCopies.class);

    private final List<TrailFiles> folders;

    /** Said once each. */
    private final Set<Path> contradicting = new HashSet<>();

    public CheckpointCopies(Disk disk, List<Path> folders) {
        this.folders =
                folders.stream().map(folder -> new TrailFiles(disk, folder)).toList();
    }

    /**
     * A folder that is away says nothing; a copy that cannot be read is an alarm, and is written anew.
     *
     * @throws TrailException where the trail does not continue what a copy has seen of it
     */
    public void check(Trail trail) throws IOException {
        for (TrailFiles files : folders) {
            Path file = files.folder().resolve(FILE);
            if (!files.disk().exists(file)) {
                continue;
            }
            Checkpoint seen;
            try {
                seen = Checkpoint.parse(files.read(file, SignedNote.MAX_BYTES));
            } catch (IOException e) {
                LOG.error("ALARM audit trail: {} cannot be read and is written anew: {}", file, e.toString());
                continue;
            }
            try {
                trail.requireContinuing(seen);
            } catch (DamagedTrailException e) {
                throw new TrailException(
                        file + ": " + e.getMessage() + "; bring back the newest copy of the trail. Where there is none,"
                                + " keep this file elsewhere as evidence: without it the trail goes on as it is",
                        e);
            }
        }
    }

    /**
     * Whole and durable in each folder that is there; one that fails is no reason to stop anything. One that was away at the
     * opening and has seen another trail stays as it is: the next opening checks against it.
     */
    public void keep(Trail trail, Checkpoint newest) {
        for (TrailFiles files : folders) {
            try {
                if (files.disk().exists(files.folder()) && continues(trail, files)) {
                    files.write(files.folder().resolve(FILE), newest.toBytes());
                }
            } catch (IOException e) {
                LOG.warn("audit trail: {} does not take its checkpoint: {}", files.folder(), e.toString());
            }
        }
    }

    private boolean continues(Trail trail, TrailFiles files) throws IOException {
        Path file = files.folder().resolve(FILE);
        if (!files.disk().exists(file)) {
            return true;
        }
        Checkpoint seen;
        try {
            seen = Checkpoint.parse(files.read(file, SignedNote.MAX_BYTES));
        } catch (DamagedTrailException e) {
            LOG.error("ALARM audit trail: {} cannot be read and is written anew: {}", file, e.toString());
            return true;
        }
        try {
            trail.requireContinuing(seen);
            return true;
        } catch (DamagedTrailException e) {
            if (contradicting.add(file)) {
                LOG.error(
                        "ALARM audit trail: {}: {}; it is left as it is, and the trail will not open at the next start",
                        file,
                        e.getMessage());
            }
            return false;
        }
    }
}
