// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.bench.compare;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * What {@code ffprobe}, a stranger to all recorders, can read of files. Immutable.
 *
 * @param bytes of the pictures as they stand in the files
 */
record ReadableFootage(long pictures, long bytes) {
    /** A file of an hour is read in less. */
    private static final int PATIENCE_SECONDS = 120;

    /** A file that cannot be opened has nothing that can be read. */
    static ReadableFootage of(Path ffprobe, List<Path> files) throws IOException {
        long pictures = 0;
        long bytes = 0;
        for (Path file : files) {
            for (String line : ask(ffprobe, file)) {
                String size = line.replaceAll("[^0-9].*", "");
                if (!size.isEmpty()) {
                    pictures++;
                    bytes += Long.parseLong(size);
                }
            }
        }
        return new ReadableFootage(pictures, bytes);
    }

    /** The size of each picture, a line each. */
    private static List<String> ask(Path ffprobe, Path file) throws IOException {
        List<String> command = new ArrayList<>(List.of(ffprobe.toString(), "-v", "quiet", "-select_streams", "v:0"));
        command.addAll(List.of("-show_entries", "packet=size", "-of", "csv=p=0", file.toString()));
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        try {
            List<String> lines = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .toList();
            if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                throw new IOException("ffprobe does not end with " + file);
            }
            return lines;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while ffprobe was reading", e);
        } finally {
            process.destroyForcibly();
        }
    }
}
