// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.bench.store;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.SplittableRandom;
import org.watchkeep.retention.store.Fragment;
import org.watchkeep.retention.store.FragmentFlags;
import org.watchkeep.retention.store.GapCause;
import org.watchkeep.retention.store.RunStart;
import org.watchkeep.retention.store.StoreClock;
import org.watchkeep.retention.store.StoreLoop;
import org.watchkeep.retention.store.StreamAppender;
import org.watchkeep.retention.store.StreamStatus;

/** One camera recorded into a store without a camera: a fragment of a second at a call. Confined to the store's loop. */
final class Feed {
    private static final long SECOND_MICROS = 1_000_000;
    private static final long SECOND_NANOS = 1_000_000_000L;
    private static final int CONFIGURATION_BYTES = 700;

    private final StreamAppender appender;
    private final StoreClock clock;
    private final ByteBuffer payload;
    private long fragments;

    /** @param payload of each fragment; only read */
    Feed(StoreLoop loop, int camera, StoreClock clock, ByteBuffer payload) {
        this.appender = loop.stream(StoreFolder.stream(camera));
        this.clock = clock;
        this.payload = payload;
        appender.beginRun(new RunStart(noise(CONFIGURATION_BYTES), "avc1.640028", ""));
    }

    /** Bytes that do not compress, as pictures do not. */
    static ByteBuffer noise(int bytes) {
        ByteBuffer noise = ByteBuffer.allocateDirect(bytes);
        SplittableRandom random = new SplittableRandom(5);
        while (noise.hasRemaining()) {
            noise.put((byte) random.nextInt());
        }
        return noise.flip();
    }

    /** The second that ends now. */
    void second() {
        appender.append(new Fragment(
                List.of(payload.duplicate()),
                clock.utcMicros() - SECOND_MICROS,
                clock.monoNanos() - SECOND_NANOS,
                SECOND_MICROS,
                fragments++ % 2 == 0 ? FragmentFlags.KEY_PICTURE : 0,
                Fragment.OFFSET_UNKNOWN,
                () -> {}));
    }

    /** Ends the run. */
    void close() {
        appender.close(GapCause.RECORDER_STOPPED, "the bench has recorded enough");
    }

    /** Any thread. */
    StreamStatus status() {
        return appender.status();
    }
}
