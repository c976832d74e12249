// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.audit;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.watchkeep.retention.disk.Disk;
import org.watchkeep.retention.disk.DiskFile;
import org.watchkeep.retention.disk.FakeDisk;

class CheckpointCopiesTest {
    private static final Path NEAR = Path.of("/near");
    private static final Path FAR = Path.of("/far");
    private static final Path FAR_FILE = FAR.resolve(CheckpointCopies.FILE);

    private static CheckpointCopies copies(Disk disk) {
        return new CheckpointCopies(disk, List.of(NEAR, FAR));
    }

    private static FakeDisk withHomes() throws IOException {
        FakeDisk disk = TrailRig.disk();
        disk.createFolders(NEAR);
        disk.createFolders(FAR);
        return disk.settle();
    }

    /** What a trail of so many entries more than its first leaves in the homes. */
    private static byte[] seenBy(FakeDisk disk, int more) throws IOException {
        try (Trail trail = new TrailRig().open(disk)) {
            TrailRig.append(trail, 0, more);
            copies(disk).keep(trail, trail.lastOfAll());
            return disk.contents(FAR_FILE);
        }
    }

    private static void put(FakeDisk disk, byte[] bytes) throws IOException {
        if (disk.exists(FAR_FILE)) {
            disk.delete(FAR_FILE);
        }
        try (DiskFile file = disk.open(FAR_FILE, Disk.Mode.WRITE)) {
            file.write(ByteBuffer.wrap(bytes), 0);
            file.sync();
        }
    }

    @Test
    void trail_thatGoesOn_isChecked_andItsNewestCheckpointKept() throws IOException {
        FakeDisk disk = withHomes();
        byte[] before = seenBy(disk, 3);
        try (Trail trail = new TrailRig().open(disk)) {
            copies(disk).check(trail);
            TrailRig.append(trail, 3, 5);
            copies(disk).keep(trail, trail.lastOfAll());
            assertThat(disk.contents(FAR_FILE)).isNotEqualTo(before);
            copies(disk).check(trail);
        }
    }

    @Test
    void home_thatComesBackAndHasSeenAnotherTrail_isLeft_andTheNextOpeningRefuses() throws IOException {
        byte[] elsewhere = seenBy(withHomes(), 9);
        FakeDisk disk = withHomes();
        byte[] own = seenBy(disk, 3);
        put(disk, elsewhere);
        try (Trail trail = new TrailRig().open(disk)) {
            TrailRig.append(trail, 3, 20);
            copies(disk).keep(trail, trail.lastOfAll());
            assertThat(disk.contents(FAR_FILE)).isEqualTo(elsewhere);
            assertThat(disk.contents(NEAR.resolve(CheckpointCopies.FILE))).isNotEqualTo(own);
            assertThatThrownBy(() -> copies(disk).check(trail))
                    .isInstanceOf(TrailException.class)
                    .hasMessageContaining(FAR_FILE.toString());
        }
    }

    @Test
    void copy_thatCannotBeRead_saysNothing_andIsWrittenAnew() throws IOException {
        FakeDisk disk = withHomes();
        byte[] own = seenBy(disk, 3);
        put(disk, "torn".getBytes(US_ASCII));
        try (Trail trail = new TrailRig().open(disk)) {
            copies(disk).check(trail);
            copies(disk).keep(trail, trail.lastOfAll());
        }
        assertThat(disk.contents(FAR_FILE)).isEqualTo(own);
    }
}
