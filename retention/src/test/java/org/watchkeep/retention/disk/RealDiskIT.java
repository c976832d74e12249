// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The machine's disk, and that the fake one answers as it does. */
class RealDiskIT {
    private static final int BLOCK = Disk.BLOCK;

    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path temp;

    /** What an act answered: a value or the kind of exception. */
    private interface Act {
        Object on(Disk disk, Path folder) throws IOException;
    }

    @Property(tries = 60)
    void everyAct_onRealAndFakeDisk_answersAlike(@ForAll long seed) throws IOException {
        Path realFolder = Files.createTempDirectory("disk").toRealPath();
        Path fakeFolder = Path.of("/fake");
        RealDisk real = new RealDisk();
        FakeDisk fake = new FakeDisk();
        fake.createFolders(fakeFolder);
        Random random = new Random(seed);
        try {
            for (int i = 0; i < 60; i++) {
                Act act = act(random);
                assertThat(answer(act, fake, fakeFolder)).isEqualTo(answer(act, real, realFolder));
            }
        } finally {
            deleteTree(realFolder);
        }
    }

    private static Object answer(Act act, Disk disk, Path folder) {
        try {
            return act.on(disk, folder);
        } catch (NoSuchFileException | FileAlreadyExistsException | DirectoryNotEmptyException e) {
            return e.getClass();
        } catch (IOException e) {
            return IOException.class;
        }
    }

    private static Act act(Random random) {
        String file = List.of("a", "b", "sub/a", "sub/b").get(random.nextInt(4));
        String other = List.of("a", "b", "sub/a").get(random.nextInt(3));
        String any = List.of("a", "b", "sub", "sub/a", "no/a").get(random.nextInt(5));
        String listed = List.of("", "sub").get(random.nextInt(2));
        int position = random.nextInt(3 * BLOCK);
        // At least one: asked for nothing, a folder answers like an empty file.
        byte[] bytes = new byte[1 + random.nextInt(2 * BLOCK)];
        random.nextBytes(bytes);
        return switch (random.nextInt(11)) {
            case 0, 1, 2 -> (disk, folder) -> write(disk, folder.resolve(file), bytes, position);
            case 3, 4 -> (disk, folder) -> read(disk, folder.resolve(any), bytes.length, position);
            case 5 ->
                (disk, folder) -> {
                    disk.rename(folder.resolve(file), folder.resolve(other));
                    return "renamed";
                };
            case 6 ->
                (disk, folder) -> {
                    disk.delete(folder.resolve(any));
                    return "deleted";
                };
            case 7 -> (disk, folder) -> disk.list(listed.isEmpty() ? folder : folder.resolve(listed));
            case 8 ->
                (disk, folder) -> {
                    disk.createFolders(folder.resolve("sub"));
                    disk.syncFolder(folder);
                    return "made";
                };
            case 9 ->
                (disk, folder) -> {
                    disk.allocate(folder.resolve(file), 2 * BLOCK);
                    return "allocated";
                };
            default -> (disk, folder) -> disk.exists(folder.resolve(any));
        };
    }

    private static Object write(Disk disk, Path path, byte[] bytes, long position) throws IOException {
        try (DiskFile file = disk.open(path, Disk.Mode.WRITE)) {
            file.write(ByteBuffer.wrap(bytes), position);
            file.sync();
            return file.size();
        }
    }

    private static Object read(Disk disk, Path path, int size, long position) throws IOException {
        try (DiskFile file = disk.open(path, Disk.Mode.READ)) {
            ByteBuffer bytes = ByteBuffer.allocate(size);
            int read = file.read(bytes, position);
            return read + " of " + file.size() + ": " + Arrays.hashCode(bytes.array());
        }
    }

    private static void deleteTree(Path folder) throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }

    @Test
    void allocate_wholeBlocks_isOfThatSizeAndNotSparse() throws IOException {
        RealDisk disk = new RealDisk();
        Path reel = temp.resolve("reel");
        disk.allocate(reel, 256 * BLOCK);
        assertThat(Files.size(reel)).isEqualTo(256L * BLOCK);
        Path sparse = temp.resolve("sparse");
        try (DiskFile file = disk.open(sparse, Disk.Mode.WRITE)) {
            file.write(ByteBuffer.wrap(new byte[1]), 256L * BLOCK);
        }
        assertThat(disk.firstSparse(List.of(reel))).isEmpty();
        assertThat(disk.firstSparse(List.of(reel, sparse))).contains(sparse);
    }

    @Test
    void firstSparse_fakeDisk_answersAsTheRealOne() throws IOException {
        FakeDisk disk = new FakeDisk();
        Path reel = Path.of("/reel");
        Path sparse = Path.of("/sparse");
        disk.allocate(reel, 256 * BLOCK);
        disk.open(sparse, Disk.Mode.WRITE).write(ByteBuffer.wrap(new byte[1]), 256L * BLOCK);
        assertThat(disk.firstSparse(List.of(reel))).isEmpty();
        assertThat(disk.firstSparse(List.of(reel, sparse))).contains(sparse);
    }

    @Test
    void open_direct_writesAndReadsWholeBlocksOnly() throws IOException {
        RealDisk disk = new RealDisk();
        Path reel = temp.resolve("reel");
        disk.allocate(reel, 4 * BLOCK);
        ByteBuffer block =
                ByteBuffer.allocateDirect(2 * BLOCK).alignedSlice(BLOCK).limit(BLOCK);
        block.put(17, (byte) 42);
        try (DiskFile file = disk.open(reel, Disk.Mode.WRITE_DIRECT)) {
            file.write(block.duplicate(), BLOCK);
            file.sync();
            assertThatThrownBy(() -> file.write(block.duplicate(), 512)).isInstanceOf(IOException.class);
        } catch (DirectIoUnavailableException e) {
            // Where the file system has no direct I/O there is only this to see: it is said, and typed.
            assertThat(e).hasMessageContaining("reel");
            return;
        }
        try (DiskFile file = disk.open(reel, Disk.Mode.READ_DIRECT)) {
            ByteBuffer read =
                    ByteBuffer.allocateDirect(2 * BLOCK).alignedSlice(BLOCK).limit(BLOCK);
            assertThat(file.read(read, BLOCK)).isEqualTo(BLOCK);
            assertThat(read.get(17)).isEqualTo((byte) 42);
            assertThat(file.size()).isEqualTo(4L * BLOCK);
        }
    }
}
