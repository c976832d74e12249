// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.controlroom.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SecretFileTest {
    @TempDir
    private Path folder;

    private Path file(String text) throws IOException {
        return Files.writeString(folder.resolve("secret"), text);
    }

    @Test
    void read_firstLine_isTheSecret() throws IOException {
        assertThat(SecretFile.read(file("pässword with spaces \r\nmore\n")))
                .containsExactly("pässword with spaces ".toCharArray());
    }

    @Test
    void read_missingEmptyLongOrBinary_isOneSentence() throws IOException {
        assertThatThrownBy(() -> SecretFile.read(folder.resolve("none"))).hasMessageStartingWith("no file ");
        assertThatThrownBy(() -> SecretFile.read(file("\n"))).hasMessageContaining("is empty");
        assertThatThrownBy(() -> SecretFile.read(file("x".repeat(SecretFile.MAX_BYTES + 1))))
                .hasMessageContaining("longer than");
        Files.write(folder.resolve("secret"), new byte[] {(byte) 0xff, 1, 2});
        assertThatThrownBy(() -> SecretFile.read(folder.resolve("secret"))).hasMessageContaining("not UTF-8");
    }

    @Test
    void warning_readableByOthers_saysWhatToRun() throws IOException {
        Path file = file("x");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));
        assertThat(SecretFile.warning(file))
                .hasValueSatisfying(w -> assertThat(w).contains("chmod 600"));
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        assertThat(SecretFile.warning(file)).isEmpty();
    }
}
