// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.disk;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.NonWritableChannelException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.watchkeep.retention.disk.FakeFaults.DirtyBlocks;
import org.watchkeep.retention.disk.FakeFaults.Operation;

class FakeDiskTest {
    private static final int BLOCK = Disk.BLOCK;
    private static final Path FOLDER = Path.of("/store");
    private static final Path FILE = FOLDER.resolve("file");
    /** Seeds 0 and 1 mod 4 are the extremes: nothing unsynced stays, everything stays. */
    private static final long DROP = 0;

    private static final long KEEP = 1;

    private FakeDisk disk = new FakeDisk();

    @BeforeEach
    void folder() throws IOException {
        disk.createFolders(FOLDER);
        disk.settle();
    }

    private static ByteBuffer blocks(int count, char fill) {
        ByteBuffer bytes = ByteBuffer.allocateDirect((count + 1) * BLOCK).alignedSlice(BLOCK);
        bytes.limit(count * BLOCK);
        while (bytes.hasRemaining()) {
            bytes.put((byte) fill);
        }
        return bytes.flip();
    }

    private static ByteBuffer text(String text) {
        return ByteBuffer.wrap(text.getBytes(UTF_8));
    }

    private DiskFile written(String text) throws IOException {
        DiskFile file = disk.open(FILE, Disk.Mode.WRITE);
        file.write(text(text), 0);
        return file;
    }

    private String contents() throws IOException {
        return new String(disk.contents(FILE), UTF_8);
    }

    private void restartAfterCut(long seed) {
        disk.powerCut(seed);
        disk = disk.restart();
    }

    /** One letter a block: {@code .} for zeros, {@code ?} for a mixture. */
    private String blockLetters() throws IOException {
        byte[] bytes = disk.contents(FILE);
        StringBuilder letters = new StringBuilder();
        for (int block = 0; block < bytes.length / BLOCK; block++) {
            byte first = bytes[block * BLOCK];
            boolean same = true;
            for (int i = 1; i < BLOCK; i++) {
                same &= bytes[block * BLOCK + i] == first;
            }
            letters.append(!same ? '?' : first == 0 ? '.' : (char) first);
        }
        return letters.toString();
    }

    @Test
    void read_whatWasWritten_isSeenBeforeAnySync() throws IOException {
        try (DiskFile file = disk.open(FILE, Disk.Mode.WRITE)) {
            file.write(text("hello"), BLOCK - 2);
            ByteBuffer bytes = ByteBuffer.allocate(100);

            assertThat(file.read(bytes, BLOCK - 3)).isEqualTo(6);
            assertThat(new String(bytes.array(), 0, 6, UTF_8)).isEqualTo("\0hello");
            assertThat(file.size()).isEqualTo(BLOCK + 3);
            assertThat(file.read(ByteBuffer.allocate(1), BLOCK + 3)).isZero();
        }
    }

    @Test
    void powerCut_syncedFileInSyncedFolder_isWhole() throws IOException {
        written("kept").sync();
        disk.syncFolder(FOLDER);

        restartAfterCut(DROP);

        assertThat(contents()).isEqualTo("kept");
    }

    @Test
    void powerCut_syncedFileInUnsyncedFolder_mayBeGone() throws IOException {
        written("lost").sync();

        restartAfterCut(DROP);

        assertThat(disk.exists(FILE)).isFalse();
        assertThat(disk.list(FOLDER)).isEmpty();
    }

    @Test
    void powerCut_unsyncedBytes_dropOrKeepBySeed() throws IOException {
        written("old!").sync();
        disk.syncFolder(FOLDER);
        disk.open(FILE, Disk.Mode.WRITE).write(text("new!!"), 0);

        FakeDisk killed = disk;
        killed.powerCut(DROP);
        disk = killed.restart();
        assertThat(contents()).isEqualTo("old!");

        disk.open(FILE, Disk.Mode.WRITE).write(text("new!!"), 0);
        restartAfterCut(KEEP);
        assertThat(contents()).isEqualTo("new!!");
    }

    @Test
    void powerCut_manySeeds_keepAnyBlocksInAnyOrderButNoMixture() throws IOException {
        TreeSet<String> outcomes = new TreeSet<>();
        for (long seed = 0; seed < 400; seed++) {
            disk = new FakeDisk();
            disk.createFolders(FOLDER);
            disk.allocate(FILE, 3 * BLOCK);
            disk.settle();
            disk.open(FILE, Disk.Mode.WRITE_DIRECT).write(blocks(3, 'a'), 0);
            restartAfterCut(seed);
            outcomes.add(blockLetters());
        }
        assertThat(outcomes).containsExactly("...", "..a", ".a.", ".aa", "a..", "a.a", "aa.", "aaa");
    }

    @Test
    void powerCut_blockWrittenTwice_mayKeepTheFirstVersion() throws IOException {
        TreeSet<String> outcomes = new TreeSet<>();
        for (long seed = 0; seed < 400; seed++) {
            disk = new FakeDisk();
            disk.createFolders(FOLDER);
            disk.allocate(FILE, BLOCK);
            disk.settle();
            DiskFile file = disk.open(FILE, Disk.Mode.WRITE_DIRECT);
            file.write(blocks(1, 'a'), 0);
            file.write(blocks(1, 'b'), 0);
            restartAfterCut(seed);
            outcomes.add(blockLetters());
        }
        assertThat(outcomes).containsExactly(".", "a", "b");
    }

    @Test
    void powerCut_tearingSectors_mixesOneBlock() throws IOException {
        boolean torn = false;
        for (long seed = 0; seed < 40; seed++) {
            disk = new FakeDisk().tearSectors();
            disk.createFolders(FOLDER);
            disk.allocate(FILE, BLOCK);
            disk.settle();
            disk.open(FILE, Disk.Mode.WRITE_DIRECT).write(blocks(1, 'a'), 0);
            restartAfterCut(seed);
            torn |= blockLetters().equals("?");
        }
        assertThat(torn).isTrue();
    }

    @Test
    void powerCut_unsyncedLength_mayEndAnywhereBetween() throws IOException {
        TreeSet<Integer> lengths = new TreeSet<>();
        for (long seed = 0; seed < 200; seed++) {
            disk = new FakeDisk();
            disk.createFolders(FOLDER);
            DiskFile file = disk.open(FILE, Disk.Mode.WRITE);
            file.write(text("0123"), 0);
            file.sync();
            disk.settle();
            file.write(text("456789"), 4);
            restartAfterCut(seed);
            lengths.add(disk.contents(FILE).length);
        }
        assertThat(lengths).first().isEqualTo(4);
        assertThat(lengths).last().isEqualTo(10);
        assertThat(lengths).hasSizeGreaterThan(2);
    }

    @Test
    void powerCut_fileThatGrowsAgain_readsZerosBehindTheOldEnd() throws IOException {
        for (long seed = 0; seed < 100; seed++) {
            disk = new FakeDisk();
            disk.createFolders(FOLDER);
            DiskFile file = disk.open(FILE, Disk.Mode.WRITE);
            disk.settle();
            file.write(text("0123456789"), 0);
            restartAfterCut(seed);
            int left = disk.contents(FILE).length;
            disk.open(FILE, Disk.Mode.WRITE).write(text("z"), 20);
            assertThat(contents().substring(left, 20)).isEqualTo("\0".repeat(20 - left));
        }
    }

    @Test
    void rename_withoutFolderSync_leavesTheOldOrTheNewButNeverNeither() throws IOException {
        TreeSet<String> outcomes = new TreeSet<>();
        for (long seed = 0; seed < 200; seed++) {
            disk = new FakeDisk();
            disk.createFolders(FOLDER);
            written("old").sync();
            disk.settle();
            Path temp = FOLDER.resolve("temp");
            DiskFile file = disk.open(temp, Disk.Mode.WRITE);
            file.write(text("new"), 0);
            file.sync();
            disk.rename(temp, FILE);
            restartAfterCut(seed);
            outcomes.add(contents() + " " + disk.list(FOLDER));
        }
        assertThat(outcomes).containsExactlyInAnyOrder("old [file]", "old [file, temp]", "new [file]");
    }

    @Test
    void rename_withFolderSyncButUnsyncedBytes_mayLeaveAnEmptyFile() throws IOException {
        Path temp = FOLDER.resolve("temp");
        disk.open(temp, Disk.Mode.WRITE).write(text("new"), 0);
        disk.rename(temp, FILE);
        disk.syncFolder(FOLDER);

        restartAfterCut(DROP);

        assertThat(contents()).isEmpty();
        assertThat(disk.exists(temp)).isFalse();
    }

    @Test
    void delete_withoutFolderSync_mayComeBackWithItsSyncedBytesOnly() throws IOException {
        DiskFile file = written("old");
        file.sync();
        disk.settle();
        file.write(text("new"), 0);
        disk.delete(FILE);
        assertThat(disk.exists(FILE)).isFalse();

        restartAfterCut(DROP);

        assertThat(contents()).isEqualTo("old");
    }

    @Test
    void createFolders_withoutSyncOfTheParent_isLostWithAllInIt() throws IOException {
        Path inner = FOLDER.resolve("inner");
        disk.createFolders(inner);
        disk.open(inner.resolve("file"), Disk.Mode.WRITE).sync();
        disk.syncFolder(inner);

        restartAfterCut(DROP);

        assertThat(disk.exists(inner)).isFalse();
        assertThat(disk.files()).isEmpty();
    }

    @Test
    void cutAt_everyChangingOperation_throwsThereAndEverAfter() throws IOException {
        disk.cutAt(3, KEEP);
        DiskFile file = disk.open(FILE, Disk.Mode.WRITE);
        file.write(text("a"), 0);

        assertThatThrownBy(file::sync).isInstanceOf(PowerCut.class).hasMessageContaining("seed 1");
        assertThatThrownBy(() -> disk.exists(FILE)).isInstanceOf(PowerCut.class);
        assertThatThrownBy(() -> file.read(ByteBuffer.allocate(1), 0)).isInstanceOf(PowerCut.class);
        assertThat(disk.isDead()).isTrue();
        FakeDisk dead = disk;
        disk = disk.restart();
        assertThat(contents()).isEqualTo("a");
        assertThatThrownBy(() -> dead.delete(FILE)).isInstanceOf(PowerCut.class);
        assertThatThrownBy(() -> file.write(text("b"), 0)).isInstanceOf(PowerCut.class);
        assertThat(contents()).isEqualTo("a");
        file.close();
    }

    @Test
    void cutAt_insideASync_keepsAnyPartOfIt() throws IOException {
        TreeSet<String> outcomes = new TreeSet<>();
        for (long seed = 0; seed < 200; seed++) {
            disk = new FakeDisk();
            disk.createFolders(FOLDER);
            disk.allocate(FILE, 2 * BLOCK);
            disk.settle();
            DiskFile file = disk.open(FILE, Disk.Mode.WRITE_DIRECT);
            file.write(blocks(2, 'a'), 0);
            disk.cutAt(1, seed);
            assertThatThrownBy(file::sync).isInstanceOf(PowerCut.class);
            disk = disk.restart();
            outcomes.add(blockLetters());
        }
        assertThat(outcomes).containsExactly("..", ".a", "a.", "aa");
    }

    @Test
    void cutAt_insideAnAllocation_neverLeavesItWhollyDurableByDropping() throws IOException {
        disk.cutAt(1, DROP);
        assertThatThrownBy(() -> disk.allocate(FILE, 8 * BLOCK)).isInstanceOf(PowerCut.class);
        disk = disk.restart();
        assertThat(disk.exists(FILE)).isFalse();
    }

    @Test
    void changes_readsAndLooks_areNoSteps() throws IOException {
        DiskFile file = written("abc");
        long before = disk.changes();
        file.size();
        file.read(ByteBuffer.allocate(3), 0);
        disk.exists(FILE);
        disk.list(FOLDER);
        disk.open(FILE, Disk.Mode.READ);
        assertThat(disk.changes()).isEqualTo(before);
        file.sync();
        disk.syncFolder(FOLDER);
        assertThat(disk.changes()).isEqualTo(before + 2);
    }

    @Test
    void kill_unsyncedBytes_areStillThereAndStillUnsynced() throws IOException {
        written("abc");
        disk.kill();
        disk = disk.restart();
        assertThat(contents()).isEqualTo("abc");

        restartAfterCut(DROP);
        assertThat(disk.exists(FILE)).isFalse();
    }

    @Test
    void restart_diskThatRuns_isRefused() {
        assertThatThrownBy(disk::restart).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void faults_nthWrite_failsOnceAndWritesNothing() throws IOException {
        DiskFile file = written("abc");
        disk.faults().fail(Operation.WRITE, 2);
        file.write(text("x"), 0);
        assertThatThrownBy(() -> file.write(text("y"), 1))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("WRITE");
        file.write(text("z"), 2);
        assertThat(contents()).isEqualTo("xbz");
    }

    @Test
    void faults_shortWrite_leavesThePartThatWentThrough() throws IOException {
        DiskFile file = written("......");
        disk.faults().shortWrite(1, 2);
        assertThatThrownBy(() -> file.write(text("abcd"), 1)).isInstanceOf(IOException.class);
        assertThat(contents()).isEqualTo(".ab...");
    }

    @Test
    void faults_failedSync_leavesTheBlocksToTheirFate() throws IOException {
        for (DirtyBlocks fate : DirtyBlocks.values()) {
            disk = new FakeDisk();
            disk.createFolders(FOLDER);
            DiskFile file = written("old");
            file.sync();
            disk.settle();
            file.write(text("new"), 0);
            disk.faults().failSync(1, fate);
            assertThatThrownBy(file::sync).isInstanceOf(IOException.class);
            assertThat(contents()).as("seen, %s", fate).isEqualTo(fate == DirtyBlocks.DROPPED ? "old" : "new");
            file.sync();
            restartAfterCut(DROP);
            assertThat(contents()).as("left, %s", fate).isEqualTo(fate == DirtyBlocks.KEPT ? "new" : "old");
        }
    }

    @Test
    void faults_markedClean_becomesDurableWhenTheBlockIsWrittenAgain() throws IOException {
        DiskFile file = written("old");
        disk.syncFolder(FOLDER);
        disk.faults().failSync(1, DirtyBlocks.MARKED_CLEAN);
        assertThatThrownBy(file::sync).isInstanceOf(IOException.class);
        file.write(text("!"), 3);
        file.sync();

        restartAfterCut(DROP);

        assertThat(contents()).isEqualTo("old!");
    }

    @Test
    void faults_range_strikesOnlyWhatTouchesIt() throws IOException {
        disk.allocate(FILE, 4 * BLOCK);
        DiskFile file = disk.open(FILE, Disk.Mode.WRITE_DIRECT);
        disk.faults().failRange(FILE, BLOCK, 2 * BLOCK, Operation.READ, Operation.WRITE);

        file.write(blocks(1, 'a'), 0);
        file.write(blocks(2, 'a'), 2 * BLOCK);
        assertThatThrownBy(() -> file.write(blocks(2, 'a'), 0)).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> file.read(blocks(1, 'a'), BLOCK)).isInstanceOf(IOException.class);
        disk.faults().heal();
        file.write(blocks(2, 'b'), 0);
        assertThat(blockLetters()).isEqualTo("bbaa");
    }

    @Test
    void faults_pathOfAFolder_strikesAllBelowIt() throws IOException {
        DiskFile file = written("a");
        disk.faults().failPath(FOLDER, Operation.SYNC, Operation.SYNC_FOLDER);
        assertThatThrownBy(file::sync).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> disk.syncFolder(FOLDER)).isInstanceOf(IOException.class);
        file.write(text("b"), 0);
    }

    @Test
    void faults_slow_holdsOnlyTheOneThatIsMadeToWait() throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        List<String> order = new ArrayList<>();
        disk.faults().before((operation, path) -> {
            if (operation == Operation.SYNC) {
                asked.countDown();
                try {
                    go.await();
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            }
        });
        DiskFile file = written("a");
        Thread syncing = new Thread(() -> {
            try {
                file.sync();
                order.add("synced");
            } catch (IOException e) {
                order.add(e.toString());
            }
        });
        syncing.start();
        asked.await();
        file.write(text("b"), 0);
        order.add("written meanwhile");
        go.countDown();
        syncing.join();
        assertThat(order).containsExactly("written meanwhile", "synced");
    }

    @Test
    void fullAfter_write_takesTheBlocksThatFit() throws IOException {
        disk.fullAfter(3L * BLOCK);
        assertThatThrownBy(() -> disk.allocate(FILE, 4 * BLOCK)).hasMessageContaining("No space left");
        assertThat(disk.exists(FILE)).isFalse();

        DiskFile file = disk.open(FILE, Disk.Mode.WRITE);
        assertThatThrownBy(() -> file.write(blocks(4, 'a'), 0)).hasMessageContaining("No space left");
        assertThat(blockLetters()).isEqualTo("aaa");
        file.write(blocks(3, 'b'), 0);
        assertThat(blockLetters()).as("claimed blocks can be written over").isEqualTo("bbb");
        disk.delete(FILE);
        disk.allocate(FILE, 3 * BLOCK);
        assertThat(disk.occupiedBytes()).isEqualTo(3L * BLOCK);
    }

    @Test
    void open_direct_refusesWhatIsNotAligned() throws IOException {
        disk.allocate(FILE, 4 * BLOCK);
        DiskFile file = disk.open(FILE, Disk.Mode.WRITE_DIRECT);
        ByteBuffer shifted = blocks(2, 'a').position(8).slice().limit(BLOCK);

        assertThatThrownBy(() -> file.write(blocks(1, 'a'), 512)).hasMessageContaining("position: 512");
        assertThatThrownBy(() -> file.write(blocks(1, 'a').limit(100), 0)).hasMessageContaining("length: 100");
        assertThatThrownBy(() -> file.write(shifted, 0)).hasMessageContaining("address");
        assertThatThrownBy(() -> file.write(ByteBuffer.allocate(BLOCK), 0)).hasMessageContaining("heap");
        assertThatThrownBy(() -> disk.open(FILE, Disk.Mode.READ_DIRECT).read(ByteBuffer.allocate(1), 0))
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(blockLetters()).isEqualTo("....");
    }

    @Test
    void open_missingOrWrongThing_saysSoAsARealDiskDoes() throws IOException {
        assertThatThrownBy(() -> disk.open(FILE, Disk.Mode.READ)).isInstanceOf(NoSuchFileException.class);
        assertThatThrownBy(() -> disk.open(FILE, Disk.Mode.WRITE_DIRECT)).isInstanceOf(NoSuchFileException.class);
        assertThatThrownBy(() -> disk.open(FOLDER.resolve("no/file"), Disk.Mode.WRITE))
                .isInstanceOf(NoSuchFileException.class);
        assertThatThrownBy(() -> disk.list(FOLDER.resolve("no"))).isInstanceOf(NoSuchFileException.class);
        assertThatThrownBy(() -> disk.open(FOLDER, Disk.Mode.WRITE)).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> disk.delete(FILE)).isInstanceOf(NoSuchFileException.class);

        DiskFile file = written("a");
        assertThatThrownBy(() -> disk.delete(FOLDER)).isInstanceOf(DirectoryNotEmptyException.class);
        assertThatThrownBy(() -> disk.allocate(FILE, BLOCK)).isInstanceOf(FileAlreadyExistsException.class);
        assertThatThrownBy(() -> disk.createFolders(FILE)).isInstanceOf(FileAlreadyExistsException.class);
        assertThatThrownBy(() -> disk.open(FILE, Disk.Mode.READ).write(text("b"), 0))
                .isInstanceOf(NonWritableChannelException.class);
        file.close();
        assertThatThrownBy(file::size).isInstanceOf(ClosedChannelException.class);
        assertThatThrownBy(file::sync).isInstanceOf(ClosedChannelException.class);
    }

    @Test
    void damage_behindTheBack_isSeenAndStays() throws IOException {
        DiskFile file = written("abc");
        file.sync();
        disk.settle();
        disk.damage(FILE, 1, (byte) 'X');
        assertThat(contents()).isEqualTo("aXc");
        restartAfterCut(DROP);
        assertThat(contents()).isEqualTo("aXc");
    }

    @Test
    void allocate_dozensOfReels_takesNoMemoryUntilWritten() throws IOException {
        for (int reel = 0; reel < 64; reel++) {
            disk.allocate(FOLDER.resolve("reel-" + reel), 64L << 20);
        }
        disk.syncFolder(FOLDER);
        restartAfterCut(2);
        assertThat(disk.list(FOLDER)).hasSize(64);
        assertThat(disk.occupiedBytes()).isEqualTo(64 * (64L << 20));
    }
}
