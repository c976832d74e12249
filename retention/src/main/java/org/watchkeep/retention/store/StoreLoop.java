// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * The store's side of one event loop: the batches that loop is filling and the appenders of its streams. Confined to the
 * loop but for {@link #requestFlush}.
 *
 * <p>Hashing and encryption happen here, on the thread that received the bytes, straight into the loop's own batch:
 * falling behind is then felt as back-pressure at the camera, not as memory.
 */
public final class StoreLoop {
    private final Executor loop;
    private final FootageStore store;
    private final StreamState nobody;
    private final RecordCipher cipher = new RecordCipher(new SecureRandom());
    private final Map<Ring, Batch> filling = new LinkedHashMap<>();
    private final List<StreamAppender> appenders = new ArrayList<>();

    StoreLoop(Executor loop, FootageStore store, StreamState nobody) {
        this.loop = loop;
        this.store = store;
        this.nobody = nobody;
    }

    /**
     * Where this stream's footage goes; one appender a stream at a time.
     *
     * @throws IllegalArgumentException for a stream that {@link FootageStore#configure} was not told of
     */
    public StreamAppender stream(StreamId id) {
        StreamAppender appender = new StreamAppender(store.state(id), this, store);
        appenders.add(appender);
        return appender;
    }

    void forget(StreamAppender appender) {
        appenders.remove(appender);
    }

    RecordCipher cipher() {
        return cipher;
    }

    /** A batch of the ring with room for records of this many bytes together; null when all are in use. */
    @Nullable
    Batch batchFor(Ring ring, long recordBytes) {
        Batch batch = filling.get(ring);
        if (batch != null && batch.fits(recordBytes)) {
            return batch;
        }
        Batch next = ring.writer.pool().take(ring, recordBytes);
        if (next == null) {
            return null;
        }
        if (batch != null) {
            handOver(batch);
        }
        filling.put(ring, next);
        return next;
    }

    private void handOver(Batch batch) {
        batch.pad(nobody);
        batch.ring().writer.submit(batch);
    }

    /** Has the loop hand its part-full batches for this writer over, and streams that had to wait try again. Any thread. */
    void requestFlush(VolumeWriter writer, FlushRound round) {
        try {
            loop.execute(() -> {
                try {
                    flush(writer);
                } finally {
                    round.answered();
                }
            });
        } catch (RejectedExecutionException loopIsShutDown) {
            round.answered();
        }
    }

    private void flush(VolumeWriter writer) {
        appenders.forEach(StreamAppender::drain);
        for (Iterator<Batch> batches = filling.values().iterator(); batches.hasNext(); ) {
            Batch batch = batches.next();
            if (batch.ring().writer != writer) {
                continue;
            }
            batches.remove();
            if (batch.isEmpty()) {
                batch.giveBack();
            } else {
                handOver(batch);
            }
        }
    }
}
