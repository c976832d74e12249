// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayDeque;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.watchkeep.recorder.rtsp.MediaFormat;
import org.watchkeep.recorder.rtsp.MediaReceiver;
import org.watchkeep.recorder.rtsp.RtspTrack;

/** What waits between a publisher's connection and a camera's event loop that is busy elsewhere. */
class PushReceiverTest extends CameraRigs {
    private static final int READ_BYTES = 512 << 10;
    private static final int MANY = 100_000;

    private final Queue<Runnable> waiting = new ArrayDeque<>();
    private final Pusher pusher = new Pusher();
    private MediaReceiver.Stream stream;

    /** Notes whether it is read from. */
    private static final class Pusher implements MediaReceiver.Publisher {
        boolean isPaused;

        @Override
        public String authLabel() {
            return "none";
        }

        @Override
        public void pause() {
            isPaused = true;
        }

        @Override
        public void resume() {
            isPaused = false;
        }

        @Override
        public void close(String why) {
            throw new AssertionError("closed: " + why);
        }
    }

    @BeforeEach
    void begin() {
        RtspTrack track =
                new RtspTrack(new MediaFormat(96, "H264", 90_000, Map.of()), "192.0.2.1:5000", 0, "tcp", Set.of());
        PushReceiver receiver = new PushReceiver(new Rig("cam-1").recorder, waiting::add);
        stream = receiver.begin(track, pusher).orElseThrow();
        // The camera's loop is not to take it: what comes is taken and let go.
        waiting.clear();
    }

    @AfterEach
    void takeAll() {
        while (!waiting.isEmpty()) {
            waiting.remove().run();
        }
    }

    /** Eight datagrams of a few bytes are read into half a MiB. */
    @Test
    void onRtp_partOfALargeRead_doesNotKeepTheRead() {
        ByteBuf read = Unpooled.buffer(READ_BYTES).writerIndex(READ_BYTES);
        stream.onRtp(read.slice(0, 12));
        stream.onRtcp(read.slice(64 << 10, 12));
        read.release();
        assertThat(waiting).hasSize(2);
        assertThat(read.refCnt()).isZero();
    }

    /** Datagrams cannot be held up, reports among them. */
    @Test
    void onRtcp_whilePaused_isDroppedBeyondTwiceTheLimit() {
        ByteBuf report = Unpooled.wrappedBuffer(new byte[1_000]);
        for (int i = 0; i < MANY; i++) {
            stream.onRtcp(report);
        }
        assertThat(pusher.isPaused).isTrue();
        int each = report.readableBytes() + PushReceiver.PACKET_COST_BYTES;
        assertThat(waiting)
                .hasSizeBetween(PushReceiver.MAX_WAITING_BYTES / each, PushReceiver.MOST_WAITING_BYTES / each + 1);
        report.release();
        int taken = waiting.size();
        for (int i = 0; i < taken; i++) {
            waiting.remove().run();
        }
        assertThat(pusher.isPaused).isFalse();
    }

    @Test
    void onRtp_packetsOfAByte_areCountedByWhatTheyCost() {
        int packets = 0;
        ByteBuf tiny = Unpooled.wrappedBuffer(new byte[1]);
        while (!pusher.isPaused && packets < MANY) {
            stream.onRtp(tiny);
            packets++;
        }
        assertThat(pusher.isPaused).isTrue();
        assertThat(packets).isBetween(10_000, 20_000);
        for (int i = 0; i < packets / 2 - 1; i++) {
            waiting.remove().run();
        }
        assertThat(pusher.isPaused).isTrue();
        for (int i = 0; i < 2; i++) {
            waiting.remove().run();
        }
        assertThat(pusher.isPaused).isFalse();
        tiny.release();
    }
}
