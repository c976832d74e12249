// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.controlroom.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ShellWordTest {
    @Test
    void of_plainPath_staysAsItIs() {
        assertThat(ShellWord.of(Path.of("/srv/watch-keep/disk_1.d"))).isEqualTo("/srv/watch-keep/disk_1.d");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/srv/my site", "/srv/it's", "/srv/$HOME", "/srv/a;b", "/srv/\"q\"", "/srv/a\\b", "/srv/*"})
    void of_anyPath_isOneWordOfARealShell(String path) throws Exception {
        Process shell = new ProcessBuilder(List.of("sh", "-c", "printf '%s' " + ShellWord.of(Path.of(path)))).start();
        String word = new String(shell.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(shell.waitFor()).isZero();
        assertThat(word).isEqualTo(path);
    }
}
