// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.bench.disk;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.function.LongSupplier;
import org.watchkeep.bench.report.ScratchFolder;
import org.watchkeep.controlroom.control.Refusal;
import org.watchkeep.retention.disk.RealDisk;

/** How fast a disk takes the store's pattern of writing while nobody else wants it: what other benches are compared with. */
public final class DiskSpeed {
    private static final long BYTES = 1L << 30;
    private static final int ROUNDS = 2;

    private DiskSpeed() {}

    /**
     * Writes a file twice and removes it.
     *
     * @return 10^6 byte/s of the slower round; NaN where the disk takes no direct I/O
     */
    public static double alone(Path folder, LongSupplier nanoTime) throws IOException, Refusal {
        try (ScratchFolder scratch = ScratchFolder.in(folder)) {
            scratch.requireRoom(BYTES);
            ObjectNode figures = new ObjectMapper().createObjectNode();
            boolean isDirect = new DiskTrial(new RealDisk(), scratch.path(), BYTES, ROUNDS, nanoTime).run(figures);
            return isDirect
                    ? Math.min(
                            figures.path("firstRoundMBps").asDouble(),
                            figures.path("sustainedMBps").asDouble())
                    : Double.NaN;
        }
    }
}
