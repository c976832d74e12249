// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.bench.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** What the operating system keeps of files in memory. Stateless. */
final class PageCache {
    private PageCache() {}

    /**
     * Has the kernel let go of the files in a folder, by dd(1), for Java cannot ask it. Nobody has them open.
     *
     * @return false where dd cannot
     */
    static boolean letGo(Path folder) throws IOException {
        List<Path> files;
        try (Stream<Path> all = Files.list(folder)) {
            files = all.filter(Files::isRegularFile).toList();
        }
        for (Path file : files) {
            List<String> command =
                    new ArrayList<>(List.of("dd", "if=" + file, "iflag=nocache", "count=0", "status=none"));
            try {
                Process dd = new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start();
                if (dd.waitFor() != 0) {
                    return false;
                }
            } catch (IOException noSuchCommand) {
                return false;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IOException("interrupted", e);
            }
        }
        return true;
    }
}
