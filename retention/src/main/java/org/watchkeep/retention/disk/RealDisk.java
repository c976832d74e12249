// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.disk;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The machine's own file system, through {@link FileChannel}. Immutable, any thread.
 *
 * <p>Java can set a file's length but not claim its blocks, so {@link #allocate} runs {@code fallocate(1)} where the
 * machine has it and writes zeros where it does not.
 */
public final class RealDisk implements Disk {
    /** Zeros are written a mebibyte at a time: large enough to stream, small enough to forget. */
    private static final int ZERO_BYTES = 1 << 20;

    /** Far below the kernel's limit on the length of a command line. */
    private static final int FILES_A_CALL = 1_000;

    /**
     * The JDK's own option for O_DIRECT. Looked up by name: newer compilers warn of each direct mention of it, and our
     * build allows no warning.
     */
    private static final OpenOption DIRECT = directOption();

    private static OpenOption directOption() {
        try {
            for (Object option :
                    Class.forName("com.sun.nio.file.ExtendedOpenOption").getEnumConstants()) {
                if (option instanceof OpenOption direct && option.toString().equals("DIRECT")) {
                    return direct;
                }
            }
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException("this Java has no direct I/O (module jdk.unsupported is missing)", e);
        }
        throw new IllegalStateException("this Java has no direct I/O (no option DIRECT)");
    }

    @Override
    public DiskFile open(Path path, Mode mode) throws IOException {
        Set<? extends OpenOption> options = switch (mode) {
            case READ -> Set.of(StandardOpenOption.READ);
            case WRITE -> Set.of(StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.CREATE);
            case READ_DIRECT -> Set.of(StandardOpenOption.READ, DIRECT);
            case WRITE_DIRECT -> Set.of(StandardOpenOption.READ, StandardOpenOption.WRITE, DIRECT);
        };
        boolean direct = mode == Mode.READ_DIRECT || mode == Mode.WRITE_DIRECT;
        try {
            return new ChannelFile(path, FileChannel.open(path, options, OwnerOnly.file(path)));
        } catch (UnsupportedOperationException e) {
            throw new DirectIoUnavailableException(path, e);
        } catch (java.nio.file.NoSuchFileException | java.nio.file.AccessDeniedException e) {
            throw e;
        } catch (IOException e) {
            // open(2) answers EINVAL where the file system takes no O_DIRECT (tmpfs and others).
            if (direct && Files.isRegularFile(path)) {
                throw new DirectIoUnavailableException(path, e);
            }
            throw e;
        }
    }

    @Override
    public void allocate(Path path, long sizeBytes) throws IOException {
        if (Files.exists(path)) {
            throw new FileAlreadyExistsException(path.toString());
        }
        Files.createFile(path, OwnerOnly.file(path));
        if (!fallocate(path, sizeBytes)) {
            writeZeros(path, sizeBytes);
        }
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.WRITE)) {
            channel.force(true);
        }
        if (Files.size(path) != sizeBytes) {
            throw new IOException("allocated bytes: " + Files.size(path) + " (expected: " + sizeBytes + ") " + path);
        }
    }

    /** Runs fallocate(1) on the empty file; false where the command or the file system cannot. */
    private static boolean fallocate(Path path, long sizeBytes) throws IOException {
        Process process;
        try {
            process = new ProcessBuilder("fallocate", "-l", Long.toString(sizeBytes), path.toString())
                    .redirectErrorStream(true)
                    .start();
        } catch (IOException noSuchCommand) {
            return false;
        }
        String said;
        int code;
        try {
            said = new String(process.getInputStream().readAllBytes(), UTF_8).strip();
            code = process.waitFor();
        } catch (InterruptedException e) {
            process.destroy();
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while allocating " + path, e);
        }
        if (code == 0) {
            return true;
        }
        if (Files.getFileStore(path.toAbsolutePath().getParent()).getUsableSpace() < sizeBytes) {
            Files.deleteIfExists(path);
            throw new IOException("no room for " + sizeBytes + " bytes at " + path + ": " + said);
        }
        return false;
    }

    private static void writeZeros(Path path, long sizeBytes) throws IOException {
        try (FileChannel channel =
                FileChannel.open(path, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING)) {
            ByteBuffer zeros = ByteBuffer.allocateDirect(ZERO_BYTES);
            for (long at = 0; at < sizeBytes; ) {
                zeros.clear().limit((int) Math.min(ZERO_BYTES, sizeBytes - at));
                at += channel.write(zeros, at);
            }
        } catch (IOException e) {
            Files.deleteIfExists(path);
            throw e;
        }
    }

    /** Asks stat(1), for Java does not tell a file's blocks; on a machine without it no file counts as sparse. */
    @Override
    public Optional<Path> firstSparse(List<Path> files) throws IOException {
        for (int from = 0; from < files.size(); from += FILES_A_CALL) {
            List<Path> some = files.subList(from, Math.min(files.size(), from + FILES_A_CALL));
            List<String> command = new ArrayList<>(List.of("stat", "-c", "%b %B %s"));
            some.forEach(file -> command.add(file.toString()));
            Process process;
            try {
                process = new ProcessBuilder(command).redirectErrorStream(true).start();
            } catch (IOException noSuchCommand) {
                return Optional.empty();
            }
            String[] lines = new String(process.getInputStream().readAllBytes(), UTF_8).split("\n", -1);
            for (int i = 0; i < some.size(); i++) {
                if (isSparse(lines[i], some.get(i))) {
                    return Optional.of(some.get(i));
                }
            }
        }
        return Optional.empty();
    }

    private static boolean isSparse(String blocksBlockAndSize, Path file) throws IOException {
        String[] words = blocksBlockAndSize.split(" ", -1);
        try {
            return Long.parseLong(words[0]) * Long.parseLong(words[1]) < Long.parseLong(words[2]);
        } catch (NumberFormatException | ArrayIndexOutOfBoundsException e) {
            throw new IOException(
                    "stat answered: " + blocksBlockAndSize + " (expected: blocks, block, size) " + file, e);
        }
    }

    @Override
    public OptionalLong freeBytes(Path folder) {
        try {
            return OptionalLong.of(Files.getFileStore(folder).getUsableSpace());
        } catch (IOException e) {
            return OptionalLong.empty(); // the folder itself is gone or ill: whoever writes there says so
        }
    }

    @Override
    public boolean exists(Path path) {
        return Files.exists(path);
    }

    @Override
    public List<String> list(Path folder) throws IOException {
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.map(p -> p.getFileName().toString()).sorted().toList();
        }
    }

    @Override
    public void createFolders(Path folder) throws IOException {
        Path absolute = folder.toAbsolutePath();
        List<Path> missing = new ArrayList<>();
        for (Path at = absolute; at != null && !Files.exists(at); at = at.getParent()) {
            missing.add(at);
        }
        Files.createDirectories(absolute, OwnerOnly.folder(absolute));
        for (Path made : missing) {
            Path above = made.getParent();
            if (above != null) {
                syncFolder(above);
            }
        }
    }

    @Override
    public void rename(Path from, Path to) throws IOException {
        Files.move(from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    @Override
    public void delete(Path path) throws IOException {
        Files.delete(path);
    }

    @Override
    public void syncFolder(Path folder) throws IOException {
        try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    /** A file behind a channel. Threads that use it must not be interrupted: that closes the channel for all. */
    private record ChannelFile(Path path, FileChannel channel) implements DiskFile {
        @Override
        public void write(ByteBuffer bytes, long position) throws IOException {
            long at = position;
            while (bytes.hasRemaining()) {
                at += channel.write(bytes, at);
            }
        }

        @Override
        public int read(ByteBuffer bytes, long position) throws IOException {
            int total = 0;
            while (bytes.hasRemaining()) {
                int got = channel.read(bytes, position + total);
                if (got <= 0) {
                    break;
                }
                total += got;
                // A direct read that ends off a block boundary has met the end of the file.
                if (got % BLOCK != 0 && position + total >= channel.size()) {
                    break;
                }
            }
            return total;
        }

        @Override
        public void sync() throws IOException {
            channel.force(false);
        }

        @Override
        public long size() throws IOException {
            return channel.size();
        }

        @Override
        public void close() throws IOException {
            channel.close();
        }
    }
}
