// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.controlroom.control;

import java.io.Closeable;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * {@code DATA/control.sock} as the kernel can take it. A socket's name has 108 bytes at most, folders have longer ones:
 * then it is reached through a short symbolic link in a private temporary folder, removed again by {@link #close}.
 */
final class ControlAddress implements Closeable {
    static final String NAME = "control.sock";
    /** {@code sun_path} is 108 bytes with its final zero on Linux, 104 on macOS. */
    private static final int MAX_PATH_BYTES = 103;

    private final Path socket;
    private final @Nullable Path link;

    private ControlAddress(Path socket, @Nullable Path link) {
        this.socket = socket;
        this.link = link;
    }

    static ControlAddress of(Path dataFolder) throws IOException {
        Path plain = dataFolder.toAbsolutePath().resolve(NAME);
        if (plain.toString().getBytes(StandardCharsets.UTF_8).length <= MAX_PATH_BYTES) {
            return new ControlAddress(plain, null);
        }
        Path folder = Files.createTempDirectory("wk");
        Path link = Files.createSymbolicLink(folder.resolve("d"), dataFolder.toAbsolutePath());
        return new ControlAddress(link.resolve(NAME), link);
    }

    UnixDomainSocketAddress address() {
        return UnixDomainSocketAddress.of(socket);
    }

    @Override
    public void close() throws IOException {
        if (link != null) {
            Files.deleteIfExists(link);
            Path folder = link.getParent();
            if (folder != null) {
                Files.deleteIfExists(folder);
            }
        }
    }
}
