// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.media;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/**
 * Writes one run's fragments as one playable MP4: the init segment, the fragments with their times counted from the first,
 * and an index at the end so that players can seek. Sample bytes are not touched.
 *
 * <p>A file must begin at a key picture: fragments before the first that does are left out and counted. Confined to one
 * thread; {@link #close} completes the file.
 */
public final class RunFile implements Closeable {
    private static final int MEHD_BYTES = 20;

    private final FileChannel channel;
    private final int mehdIndex;
    private final List<Entry> entries = new ArrayList<>();
    private long baseTicks;
    private long endTicks;
    private int skipped;
    private int sequence;
    private long pictures;

    /** A fragment that begins with a key picture: its time and where its {@code moof} is. */
    private record Entry(long ticks, long offset) {}

    private RunFile(FileChannel channel, int mehdIndex) {
        this.channel = channel;
        this.mehdIndex = mehdIndex;
    }

    /**
     * Begins a file that must not exist yet.
     *
     * @param initSegment the run's configuration, between position and limit; left as it is
     */
    public static RunFile create(Path file, ByteBuffer initSegment) throws IOException {
        List<Box> boxes = Box.list(initSegment, initSegment.position(), initSegment.limit());
        Box moov = Box.find(boxes, "moov")
                .orElseThrow(() -> new BoxFormatException("no moov in the init segment", initSegment.position()));
        Box mvex = moov.descend(initSegment, "mvex");
        ByteBuffer init = withLength(initSegment, moov, mvex);
        FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        RunFile run = new RunFile(channel, mvex.body() - initSegment.position() + 12);
        run.write(init);
        return run;
    }

    /** 8.8.2: puts an {@code mehd} before what is in {@code mvex}, for players that want to know the length at once. */
    private static ByteBuffer withLength(ByteBuffer in, Box moov, Box mvex) {
        int at = mvex.body() - in.position();
        ByteBuffer out = ByteBuffer.allocate(in.remaining() + MEHD_BYTES);
        out.put(in.slice(in.position(), at));
        out.putInt(MEHD_BYTES)
                .put(new byte[] {'m', 'e', 'h', 'd'})
                .putInt(1 << 24)
                .putLong(0);
        out.put(in.slice(mvex.body(), in.limit() - mvex.body()));
        out.putInt(moov.start() - in.position(), moov.size() + MEHD_BYTES);
        out.putInt(mvex.start() - in.position(), mvex.size() + MEHD_BYTES);
        return out.flip();
    }

    /** Appends the run's next fragment, between position and limit; it is left as it is. */
    public void append(ByteBuffer fragment) throws IOException {
        MovieFragment movie = MovieFragment.read(fragment);
        if (sequence == 0) {
            if (!movie.startsWithKeyPicture()) {
                skipped++;
                return;
            }
            baseTicks = movie.startTicks();
        }
        ByteBuffer out = ByteBuffer.allocate(fragment.remaining());
        out.put(fragment.duplicate()).flip();
        out.putInt(movie.sequenceIndex() - fragment.position(), ++sequence);
        out.putLong(movie.tfdtIndex() - fragment.position(), movie.startTicks() - baseTicks);
        if (movie.startsWithKeyPicture()) {
            entries.add(new Entry(movie.samples().get(0).shownTicks() - baseTicks, channel.position()));
        }
        write(out);
        endTicks = Math.max(endTicks, movie.endTicks() - baseTicks);
        pictures += movie.samples().size();
    }

    /** Fragments left out because no key picture had come. */
    public int skippedFragments() {
        return skipped;
    }

    public long pictures() {
        return pictures;
    }

    /** From the first picture to the end of the last. */
    public long durationMicros() {
        return MediaTime.micros(endTicks);
    }

    /** Writes the index and the length, and closes the file. */
    @Override
    public void close() throws IOException {
        try (channel) {
            write(randomAccess());
            ByteBuffer length = ByteBuffer.allocate(Long.BYTES).putLong(0, endTicks);
            while (length.hasRemaining()) {
                channel.write(length, mehdIndex + length.position());
            }
        }
    }

    /** 8.8.9 to 8.8.11: {@code mfra}, found from the file's end. */
    private ByteBuffer randomAccess() {
        BoxWriter out = new BoxWriter(64 + entries.size() * 19);
        int mfra = out.begin("mfra");
        int tfra = out.beginFull("tfra", 1, 0);
        out.int32(Boxes.TRACK_ID).int32(0).int32(entries.size());
        for (Entry entry : entries) {
            out.int64(entry.ticks).int64(entry.offset).int8(1).int8(1).int8(1);
        }
        out.end(tfra);
        int mfro = out.beginFull("mfro", 0, 0);
        out.int32(out.position() - mfra + 4).end(mfro).end(mfra);
        return out.toBuffer();
    }

    private void write(ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }
}
