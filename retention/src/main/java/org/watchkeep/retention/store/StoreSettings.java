// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import java.nio.file.Path;
import java.util.List;

/**
 * What a store is made of. Immutable.
 *
 * @param folder the data folder (ledger, index, lock); one process owns it
 * @param volumes at least one
 * @param classes retention classes; a ring for each on each volume that takes its streams
 */
public record StoreSettings(Path folder, List<VolumeSettings> volumes, List<ClassSettings> classes) {
    /** A directory on a disk and how many bytes of it the reels may take. */
    public record VolumeSettings(String id, Path path, long sizeBytes) {}

    /**
     * A retention class: the cameras with the same limit in days.
     *
     * @param reason why so long, in a person's words
     */
    public record ClassSettings(String id, int days, String reason) {
        public ClassSettings(String id, int days) {
            this(id, days, "");
        }
    }

    public StoreSettings {
        volumes = List.copyOf(volumes);
        classes = List.copyOf(classes);
        if (volumes.isEmpty() || classes.isEmpty()) {
            throw new IllegalArgumentException("volumes: " + volumes.size() + ", classes: " + classes.size()
                    + " (expected: at least one of each)");
        }
    }
}
