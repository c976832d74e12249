// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.disk;

import java.io.IOException;
import java.nio.file.Path;

/** The file system takes no direct I/O: footage cannot be recorded there. */
public final class DirectIoUnavailableException extends IOException {
    private static final long serialVersionUID = 1L;

    public DirectIoUnavailableException(Path path, Throwable cause) {
        super("no direct I/O on the file system of " + path, cause);
    }
}
