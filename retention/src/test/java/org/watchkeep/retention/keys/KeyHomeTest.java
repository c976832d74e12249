// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.keys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.watchkeep.retention.disk.Disk;
import org.watchkeep.retention.disk.FakeDisk;

class KeyHomeTest {
    private static final Path FOLDER = Path.of("/a/keys");
    private static final Path FILE = FOLDER.resolve(KeyHome.FILE);

    private final FakeDisk disk = new FakeDisk();

    @BeforeEach
    void create() throws IOException {
        KeyHome.create(disk, FOLDER, UUID.randomUUID());
    }

    private HomeHeader headerOnDisk() throws IOException {
        try (KeyHome home = KeyHome.open(disk, FOLDER)) {
            return home.header();
        }
    }

    private void damageCopy(int copy) throws IOException {
        disk.damage(FILE, (long) copy * Disk.BLOCK + 30, (byte) 0x55, (byte) 0x66);
    }

    /** A lost count would hide the live roots of the grown part: it must not hang on one block. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void growTo_thenEitherHeaderCopyDecays_isStillGrown(int copy) throws IOException {
        try (KeyHome home = KeyHome.open(disk, FOLDER)) {
            home.growTo(2 * KeyHome.GROWTH);
        }
        damageCopy(copy);

        assertThat(headerOnDisk().slots()).isEqualTo(2 * KeyHome.GROWTH);
    }

    /** A lost mark would let a stale home pass for an equal one. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void noteAloneSince_thenEitherHeaderCopyDecays_isStillNoted(int copy) throws IOException {
        try (KeyHome home = KeyHome.open(disk, FOLDER)) {
            home.noteHighestEpoch(7);
            home.noteAloneSince(7);
        }
        damageCopy(copy);

        assertThat(headerOnDisk().aloneSince()).isEqualTo(7);
    }

    @Test
    void mendHeader_afterACopyDecayed_makesBothGoodAgain() throws IOException {
        damageCopy(1);
        try (KeyHome home = KeyHome.open(disk, FOLDER)) {
            assertThat(home.findings()).hasSize(1);
            home.mendHeader(false);
        }
        try (KeyHome home = KeyHome.open(disk, FOLDER)) {
            assertThat(home.findings()).isEmpty();
        }
        damageCopy(0);
        assertThat(headerOnDisk().slots()).isEqualTo(KeyHome.GROWTH);
    }

    @Test
    void open_bothCopiesDecayed_saysWhatIsWrongWithEach() throws IOException {
        damageCopy(0);
        damageCopy(1);

        assertThatThrownBy(() -> KeyHome.open(disk, FOLDER))
                .isInstanceOf(DamagedBlockException.class)
                .hasMessageContaining("header of " + FILE)
                .hasMessageContaining("copy 0: CRC32C")
                .hasMessageContaining("copy 1: CRC32C");
    }

    @Test
    void open_fileCutShort_hasSuspectsWhereItEnds() throws IOException {
        try (KeyHome home = KeyHome.open(disk, FOLDER)) {
            home.growTo(KeyHome.GROWTH + 1);
        }
        byte[] bytes = disk.contents(FILE);
        disk.delete(FILE);
        try (var file = disk.open(FILE, Disk.Mode.WRITE)) {
            file.write(ByteBuffer.wrap(bytes, 0, bytes.length - 100), 0);
        }
        try (KeyHome home = KeyHome.open(disk, FOLDER)) {
            assertThat(home.read().get(KeyHome.GROWTH)).isInstanceOf(Slot.Suspect.class);
            assertThat(home.read().subList(0, KeyHome.GROWTH)).allMatch(Slot.Empty.class::isInstance);
        }
    }

    @Test
    void open_folderWithoutSlotFile_makesNone() throws IOException {
        Path mountPoint = Path.of("/mnt/empty");
        disk.createFolders(mountPoint);

        assertThatThrownBy(() -> KeyHome.open(disk, mountPoint)).isInstanceOf(NoSuchFileException.class);
        assertThat(disk.list(mountPoint)).isEmpty();
    }
}
