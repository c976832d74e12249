// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.controlroom.cli;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.watchkeep.controlroom.control.Answer;
import org.watchkeep.controlroom.control.Refusal;
import org.watchkeep.recorder.media.RunFile;

/**
 * Receives extracted footage: one MP4 a run, written under a temporary name beside its place and renamed when whole and
 * synced. What is there is never written over, unless told to. Confined to the command's thread.
 */
final class ExtractedFiles implements Answer, Closeable {
    private final Shell shell;
    private final Path out;
    private final boolean force;
    private final List<Optional<Extracted>> files = new ArrayList<>();
    private Path target;
    private @Nullable Path temporary;
    private @Nullable RunFile run;

    /**
     * One file.
     *
     * @param skippedFragments left out because no key picture had come yet
     */
    record Extracted(Path file, long pictures, long durationMicros, int skippedFragments, long bytes) {}

    ExtractedFiles(Shell shell, Path out, boolean force) {
        this.shell = shell;
        this.out = out.toAbsolutePath().normalize();
        this.target = this.out;
        this.force = force;
    }

    /** In the order of the runs; empty for one that had nothing to show. */
    List<Optional<Extracted>> files() {
        return List.copyOf(files);
    }

    @Override
    public void progress(String line) {
        shell.note(line);
    }

    @Override
    public void beginFile(int number, int count) throws Refusal {
        target = count == 1 ? out : numbered(number);
        if (!force && Files.exists(target)) {
            throw exists();
        }
    }

    /** {@code x.mp4} becomes {@code x-1.mp4}. */
    private Path numbered(int number) {
        String name = String.valueOf(out.getFileName());
        int dot = name.lastIndexOf('.');
        int end = dot > 0 ? dot : name.length();
        return out.resolveSibling(name.substring(0, end) + "-" + number + name.substring(end));
    }

    private Refusal exists() {
        return Refusal.badInput("exists", target + " is there already", "Name another --out, or add --force.");
    }

    @Override
    public void write(ByteBuffer part) throws IOException {
        RunFile open = run;
        if (open == null) {
            Path beside = target.resolveSibling(
                    "." + target.getFileName() + "." + ProcessHandle.current().pid() + ".part");
            Files.deleteIfExists(beside);
            temporary = beside;
            run = RunFile.create(beside, part);
        } else {
            open.append(part);
        }
    }

    @Override
    public void endFile() throws IOException, Refusal {
        RunFile whole = run;
        Path beside = temporary;
        if (whole == null || beside == null) {
            files.add(Optional.empty());
            return;
        }
        run = null;
        whole.close();
        if (whole.pictures() == 0) {
            Files.deleteIfExists(beside);
            files.add(Optional.empty());
            return;
        }
        try (FileChannel channel = FileChannel.open(beside, StandardOpenOption.WRITE)) {
            channel.force(true);
        }
        publish(beside);
        temporary = null;
        files.add(Optional.of(new Extracted(
                target, whole.pictures(), whole.durationMicros(), whole.skippedFragments(), Files.size(target))));
    }

    private void publish(Path beside) throws IOException, Refusal {
        if (force) {
            Files.move(beside, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            return;
        }
        try {
            // A link refuses what is there at that instant; a rename would write over it.
            Files.createLink(target, beside);
            Files.delete(beside);
        } catch (FileAlreadyExistsException e) {
            throw exists();
        } catch (UnsupportedOperationException | IOException noLinks) {
            Files.move(beside, target);
        }
    }

    /** Removes what was not finished. */
    @Override
    public void close() throws IOException {
        RunFile open = run;
        Path beside = temporary;
        run = null;
        temporary = null;
        try {
            if (open != null) {
                open.close();
            }
        } finally {
            if (beside != null) {
                Files.deleteIfExists(beside);
            }
        }
    }
}
