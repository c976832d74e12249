// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.bench.compare;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Other people's programs at work, which write each camera's files into a folder of its own. Confined to one thread. */
record ProgramsRecording(Programs programs, Map<Integer, Path> folderOfCamera) implements Contender.Recording {
    ProgramsRecording {
        folderOfCamera = Map.copyOf(folderOfCamera);
    }

    @Override
    public List<ProcessHandle> processes() {
        try {
            return programs.running();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void kill() throws IOException {
        programs.kill();
    }

    @Override
    public Map<Integer, List<Path>> footage() throws IOException {
        return Programs.filesOf(folderOfCamera);
    }

    @Override
    public void close() throws IOException {
        programs.close();
    }
}
