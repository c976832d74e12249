// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.bench.compare;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * What several processes have used together, as the operating system counts it. Immutable.
 *
 * @param rssBytes in memory, what they share counted for each; {@code pssBytes} counted once
 */
record ProcessCost(double cpuSeconds, long rssBytes, long pssBytes) {
    /** @throws IOException when one of them is gone */
    static ProcessCost of(List<ProcessHandle> processes) throws IOException {
        double cpu = 0;
        long rss = 0;
        long pss = 0;
        for (ProcessHandle process : processes) {
            cpu += process.info()
                            .totalCpuDuration()
                            .orElseThrow(() -> new IOException(
                                    "process " + process.pid() + " is gone, or its processor time is not told"))
                            .toNanos()
                    / 1e9;
            for (String line : Files.readAllLines(Path.of("/proc/" + process.pid() + "/smaps_rollup"))) {
                if (line.startsWith("Rss:")) {
                    rss += kilobytes(line);
                } else if (line.startsWith("Pss:")) {
                    pss += kilobytes(line);
                }
            }
        }
        return new ProcessCost(cpu, rss, pss);
    }

    private static long kilobytes(String line) {
        return Long.parseLong(line.replaceAll("[^0-9]", "")) * 1_024;
    }
}
