// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.bench.store;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.watchkeep.bench.PassingDisk;
import org.watchkeep.retention.disk.RealDisk;

/**
 * The machine's disk, but reels claim no blocks: a volume of hundreds of terabytes fits on it as long as hardly anything is
 * written. Only for a bench: a recorder's reels must never be sparse, and the store refuses them on a {@link RealDisk}.
 */
final class SparseDisk extends PassingDisk {
    /** As many as {@link RealDisk} asks about at once. */
    private static final int FILES_A_CALL = 1_000;

    @Override
    public void allocate(Path path, long sizeBytes) throws IOException {
        real.open(path, Mode.WRITE).close();
        try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
            file.setLength(sizeBytes);
        }
    }

    /** Asked all the same, a command's worth of files at a time, so that opening takes as long as it does. */
    @Override
    public Optional<Path> firstSparse(List<Path> files) throws IOException {
        for (int from = 0; from < files.size(); from += FILES_A_CALL) {
            real.firstSparse(files.subList(from, Math.min(files.size(), from + FILES_A_CALL)));
        }
        return Optional.empty();
    }
}
