// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.controlroom.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.watchkeep.controlroom.ControlRoom;

/** Only what is surely left over from a killed demo is removed. */
class DemoLeftoversTest {
    @TempDir
    private Path temporary;

    private long deadPid;

    @BeforeEach
    void findADeadProcess() throws Exception {
        Process gone = new ProcessBuilder("sh", "-c", "exit 0").start();
        gone.waitFor();
        deadPid = gone.pid();
    }

    private Path folder(String name) throws IOException {
        Path folder = Files.createDirectory(temporary.resolve(name));
        Files.createDirectories(folder.resolve("volume/reels"));
        Files.writeString(folder.resolve("volume/reels/reel-00000.wk"), "footage");
        return folder;
    }

    private Path demo(String name) throws IOException {
        Path folder = folder(name);
        Files.writeString(folder.resolve("site.yaml"), DemoFolder.WRITTEN_BY + "\nsite: {name: x}\n");
        return folder;
    }

    private String dead(int number) {
        return "watchkeep-demo-p" + deadPid + "-" + number;
    }

    @Test
    void remove_ofADeadDemo_isRemovedWithoutFollowingLinks() throws IOException {
        Path precious = Files.writeString(temporary.resolve("precious"), "x");
        Path full = demo(dead(1));
        Files.createSymbolicLink(full.resolve("link"), precious);
        Path barelyBegun = Files.createDirectory(temporary.resolve(dead(2)));
        DemoLeftovers.remove(temporary);
        assertThat(full).doesNotExist();
        assertThat(barelyBegun).doesNotExist();
        assertThat(precious).exists();
    }

    @Test
    void remove_demoThatRuns_isLeft() throws IOException {
        Path ours = demo(DemoLeftovers.prefix() + "1");
        DemoLeftovers.remove(temporary);
        assertThat(ours.resolve("site.yaml")).exists();
    }

    @Test
    void remove_lockIsHeld_isLeft() throws IOException {
        Path folder = demo(dead(1));
        try (Closeable held = ControlRoom.takeOver(folder).orElseThrow()) {
            assertThat(held).isNotNull();
            DemoLeftovers.remove(temporary);
            assertThat(folder.resolve("site.yaml")).exists();
        }
        DemoLeftovers.remove(temporary);
        assertThat(folder).doesNotExist();
    }

    @Test
    void remove_anythingElse_isLeft() throws IOException {
        Path noConfiguration = folder(dead(1));
        Path othersConfiguration = folder(dead(2));
        Files.writeString(othersConfiguration.resolve("site.yaml"), "site: {name: Town}\n");
        Path noProcess = demo("watchkeep-demo-12345");
        Path otherName = demo(dead(3) + "-copy");
        Path elsewhere = demo("kept");
        Path link = Files.createSymbolicLink(temporary.resolve(dead(4)), elsewhere);
        Path file = Files.writeString(temporary.resolve(dead(5)), "a file");
        DemoLeftovers.remove(temporary);
        assertThat(noConfiguration.resolve("volume/reels/reel-00000.wk")).exists();
        assertThat(othersConfiguration.resolve("volume/reels/reel-00000.wk")).exists();
        assertThat(noProcess.resolve("site.yaml")).exists();
        assertThat(otherName.resolve("site.yaml")).exists();
        assertThat(elsewhere.resolve("site.yaml")).exists();
        assertThat(link).isSymbolicLink();
        assertThat(file).exists();
    }
}
