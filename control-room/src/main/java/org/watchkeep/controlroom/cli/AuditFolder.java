// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.controlroom.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import org.watchkeep.controlroom.control.Refusal;
import org.watchkeep.retention.audit.Trail;
import org.watchkeep.retention.disk.RealDisk;

/** Where the audit commands find the trail, and how they write its words. */
final class AuditFolder {
    private static final String NAME = "trail";

    private AuditFolder() {}

    static Path of(CommonOptions common) throws IOException, Refusal {
        Path folder = common.dataFolder().resolve(NAME);
        if (!Trail.isThere(new RealDisk(), folder)) {
            throw Refusal.environment(
                    "no-trail",
                    "no audit trail in " + common.dataFolder(),
                    "Name the data folder of an initialised store with --data, or a copy that has its folder trail.");
        }
        return folder;
    }

    /** {@code truncated}. */
    static String word(Enum<?> kind) {
        return kind.name().toLowerCase(Locale.ROOT);
    }
}
