// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.bench;

import java.nio.file.Files;
import java.nio.file.Path;

/** The project's own folder, for tests that read its sources and papers. */
final class Repository {

    private Repository() {}

    /** The root as Maven names it; in an editor, the nearest folder above that has NOTICE. */
    static Path root() {
        String named = System.getProperty("watchkeep.root");
        Path folder = Path.of(named != null ? named : "").toAbsolutePath();
        for (Path at = folder; at != null; at = at.getParent()) {
            if (Files.exists(at.resolve("NOTICE"))) {
                return at;
            }
        }
        throw new IllegalStateException("no folder with NOTICE at or above " + folder);
    }
}
