// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.ingest;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.List;
import org.watchkeep.retention.disk.Disk;
import org.watchkeep.retention.disk.RealDisk;
import org.watchkeep.retention.keys.EpochKeys;
import org.watchkeep.retention.keys.MasterKeystore;
import org.watchkeep.retention.keys.TestMaster;
import org.watchkeep.retention.store.AcknowledgementListener;
import org.watchkeep.retention.store.FootageStore;
import org.watchkeep.retention.store.FragmentRef;
import org.watchkeep.retention.store.Gap;
import org.watchkeep.retention.store.GapCause;
import org.watchkeep.retention.store.Segment;
import org.watchkeep.retention.store.StoreSettings;
import org.watchkeep.retention.store.StreamId;
import org.watchkeep.retention.store.SystemStoreClock;

/** A real store in a folder: one volume of four reels, one class. */
final class TestStore implements AutoCloseable {
    static final String CLASS = "ordinary";
    private static final char[] PASSPHRASE = "test".toCharArray();
    private static final long VOLUME_BYTES = 4 * (64L << 20);

    final SystemStoreClock clock = new SystemStoreClock();
    final FootageStore store;
    private final EpochKeys keys;

    TestStore(Path folder) throws IOException {
        Disk disk = new RealDisk();
        Path homeA = folder.resolve("home-a");
        Path homeB = folder.resolve("home-b");
        StoreSettings settings = new StoreSettings(
                folder.resolve("data"),
                List.of(new StoreSettings.VolumeSettings("v1", folder.resolve("v1"), VOLUME_BYTES)),
                List.of(new StoreSettings.ClassSettings(CLASS, 31)));
        disk.createFolders(settings.folder());
        MasterKeystore master = TestMaster.create(disk, folder.resolve("master.p12"), PASSPHRASE);
        EpochKeys.create(disk, homeA, homeB);
        FootageStore.init(settings, disk, clock);
        keys = EpochKeys.open(disk, homeA, homeB, master);
        store = FootageStore.open(settings, disk, keys, clock, AcknowledgementListener.NONE);
    }

    List<GapCause> gapCauses(StreamId stream) {
        return store.gaps(stream, Instant.EPOCH, Instant.MAX).stream()
                .map(Gap::cause)
                .toList();
    }

    /** Whether every segment of the stream has its seal: all that was handed over before is durable. */
    boolean isSealed(StreamId stream) {
        try {
            List<Segment> segments = store.segments(stream, Instant.EPOCH, Instant.MAX);
            return !segments.isEmpty() && segments.stream().allMatch(s -> s.state() == Segment.State.SEALED);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What is said of each fragment. */
    List<Integer> flags(StreamId stream) throws IOException {
        return store.segments(stream, Instant.EPOCH, Instant.MAX).stream()
                .flatMap(segment -> segment.fragments().stream())
                .map(FragmentRef::flags)
                .toList();
    }

    /** All footage of a stream, of one run, as a file that plays. */
    Path extract(StreamId stream, Path file) throws IOException {
        try (FileChannel out = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            boolean isFirst = true;
            for (Segment segment : store.segments(stream, Instant.EPOCH, Instant.MAX)) {
                if (isFirst) {
                    write(out, store.configuration(segment));
                    isFirst = false;
                }
                for (FragmentRef fragment : segment.fragments()) {
                    write(out, store.read(segment, fragment));
                }
            }
        }
        return file;
    }

    private static void write(FileChannel out, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            out.write(bytes);
        }
    }

    @Override
    public void close() throws IOException {
        store.close();
        keys.close();
    }
}
