// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.controlroom;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.watchkeep.retention.store.AcknowledgementListener;
import org.watchkeep.retention.store.Digest;
import org.watchkeep.retention.store.StreamId;

/**
 * Writes one line for each acknowledged fragment, {@code camera/main 3 17 SHA-256}, for {@code store check --against}.
 * Each line is one write to the page cache: what was written survives a kill of the process, not a power cut. Any
 * writer thread.
 */
public final class AcknowledgementLog implements AcknowledgementListener, Closeable {
    private static final Logger LOG = LoggerFactory.getLogger(AcknowledgementLog.class);

    private final Path file;
    private final FileChannel channel;
    private final AtomicLong lost = new AtomicLong();

    private AcknowledgementLog(Path file, FileChannel channel) {
        this.file = file;
        this.channel = channel;
    }

    /** Appends to the file, made where it is absent. */
    public static AcknowledgementLog append(Path file) throws IOException {
        boolean isCut = endsInMidLine(file);
        FileChannel channel =
                FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.APPEND);
        if (isCut) {
            channel.write(ByteBuffer.wrap(new byte[] {'\n'}));
        }
        return new AcknowledgementLog(file, channel);
    }

    /** A recorder killed in the middle of a line must not spoil the next one's first. */
    private static boolean endsInMidLine(Path file) throws IOException {
        if (!Files.exists(file) || Files.size(file) == 0) {
            return false;
        }
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            ByteBuffer last = ByteBuffer.allocate(1);
            channel.read(last, channel.size() - 1);
            return last.get(0) != '\n';
        }
    }

    @Override
    public synchronized void acknowledged(StreamId stream, long run, long sequence, Digest digest) {
        ByteBuffer line =
                ByteBuffer.wrap((stream + " " + run + " " + sequence + " " + digest + "\n").getBytes(US_ASCII));
        try {
            while (line.hasRemaining()) {
                channel.write(line);
            }
        } catch (IOException e) {
            // Recording does not wait for this log; a line too few makes a check weaker, never wrong.
            if (lost.getAndIncrement() == 0) {
                LOG.error("acknowledgement log {}: cannot be written, lines will be missing: {}", file, e.toString());
            }
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
        if (lost.get() > 0) {
            LOG.error("acknowledgement log {}: {} lines are missing", file, lost.get());
        }
    }
}
