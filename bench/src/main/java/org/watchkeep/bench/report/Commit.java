// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.bench.report;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Which state of the sources was measured, as git tells it of the folder that the classes stand in. */
final class Commit {
    private static final int PATIENCE_SECONDS = 10;

    private Commit() {}

    /** {@code commit}, with {@code -dirty} behind it where the sources were changed since; null with its reason. */
    static void writeTo(ObjectNode node) {
        try {
            Path classes = Path.of(Commit.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI());
            Path folder = classes.toFile().isDirectory() ? classes : classes.resolveSibling(".");
            node.put("commit", described(folder));
        } catch (IOException | URISyntaxException | IllegalArgumentException e) {
            node.putNull("commit").put("commitReason", String.valueOf(e.getMessage()));
        }
    }

    private static String described(Path folder) throws IOException {
        List<String> command = new ArrayList<>(List.of("git", "-C", folder.toString()));
        command.addAll(List.of("describe", "--always", "--dirty", "--exclude", "*", "--abbrev=12"));
        Process git = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        try {
            String said = new String(git.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
            if (!git.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS) || git.exitValue() != 0 || said.isEmpty()) {
                throw new IOException("not run from a git checkout");
            }
            return said;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        } finally {
            git.destroyForcibly();
        }
    }
}
