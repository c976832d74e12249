// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What the sources of every module look like from outside: not too long, and every package introduced. */
class SourceShapeTest {

    /** Longer than this, a file has most likely two jobs. Nine in ten of the sources we admire are under 450. */
    private static final int MAX_LINES = 500;

    /**
     * Flat catalogues, one short entry after another, may be longer. Each is named here by its path from the root of
     * the project, and leaves the list when it no longer needs it.
     */
    private static final Set<String> FLAT_CATALOGUES = Set.of(
            "retention/src/test/java/org/watchkeep/retention/keys/EpochKeysTest.java",
            // One short test for each way in which the disk of the tests can fail.
            "retention/src/test/java/org/watchkeep/retention/disk/FakeDiskTest.java");

    private final Path root = Repository.root();

    @Test
    void sources_anyModule_areShortEnoughToRead() throws IOException {
        List<String> tooLong = new ArrayList<>();
        List<String> listedForNothing = new ArrayList<>(FLAT_CATALOGUES);
        for (Path source : javaSources("main", "test")) {
            String name = name(source);
            int lines = Files.readAllLines(source).size();
            if (lines <= MAX_LINES) {
                continue;
            }
            if (!listedForNothing.remove(name)) {
                tooLong.add(name + ": " + lines + " lines (at most " + MAX_LINES + ")");
            }
        }
        assertThat(tooLong).as("sources that are too long").isEmpty();
        assertThat(listedForNothing)
                .as("flat catalogues that are gone or short by now")
                .isEmpty();
    }

    @Test
    void packages_anyModule_areIntroduced() throws IOException {
        List<String> silent = new ArrayList<>();
        for (Path folder :
                javaSources("main").stream().map(Path::getParent).distinct().toList()) {
            Path info = folder.resolve("package-info.java");
            if (!Files.exists(info)) {
                silent.add(name(folder) + ": no package-info.java");
            } else if (!Files.readString(info).contains("/**")) {
                silent.add(name(info) + ": says nothing");
            }
        }
        assertThat(silent).as("packages without a word about themselves").isEmpty();
    }

    private List<Path> javaSources(String... kinds) throws IOException {
        List<Path> sources = new ArrayList<>();
        try (Stream<Path> modules = Files.list(root)) {
            for (Path module : modules.filter(Files::isDirectory).sorted().toList()) {
                for (String kind : kinds) {
                    collect(module.resolve("src").resolve(kind).resolve("java"), sources);
                }
            }
        }
        assertThat(sources).as("Java sources under %s", root).isNotEmpty();
        return sources;
    }

    private static void collect(Path folder, List<Path> into) {
        if (!Files.isDirectory(folder)) {
            return;
        }
        try (Stream<Path> files = Files.walk(folder)) {
            files.filter(file -> file.toString().endsWith(".java")).sorted().forEach(into::add);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String name(Path path) {
        return root.relativize(path).toString().replace('\\', '/');
    }
}
