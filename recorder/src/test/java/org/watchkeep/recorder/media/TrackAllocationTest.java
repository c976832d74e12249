// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.media;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.watchkeep.retention.store.Fragment;
import org.watchkeep.retention.store.GapCause;
import org.watchkeep.retention.store.RunStart;

/** The recording path makes objects for each picture and fragment, none for each packet. */
class TrackAllocationTest {
    private static final int PACKETS_A_PICTURE = 200;
    private static final int PICTURES = 200;

    @Test
    void onRtp_steadyState_allocatesNothingForEachPacket() throws Exception {
        assumeTrue(
                ManagementFactory.getThreadMXBean() instanceof com.sun.management.ThreadMXBean,
                "skipped: this JVM does not count allocated bytes");
        com.sun.management.ThreadMXBean threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        VideoTrack track = VideoCodec.H264.track(
                TrackHarness.settings(
                        Map.of("sprop-parameter-sets", TrackHarness.sprop()), new SlabPool(), Long.MIN_VALUE),
                new Dropping());
        Random random = new Random(3);
        TestPacketiser packetiser = new TestPacketiser(1_400, true, 0);
        List<ByteBuf> packets = new ArrayList<>();
        for (byte[] packet : packetiser.packets(TestStream.key(random, PACKETS_A_PICTURE * 1_398 - 20), 0)) {
            // Wrapped, for buffers of an allocator note each access for the leak detector, at 20 kB a note.
            packets.add(Unpooled.wrappedBuffer(
                    ByteBuffer.allocateDirect(packet.length).put(packet).flip()));
        }
        send(track, packets, 0, 50);
        long before = threads.getCurrentThreadAllocatedBytes();
        send(track, packets, 50, PICTURES);
        long bytes = threads.getCurrentThreadAllocatedBytes() - before;
        track.close();
        packets.forEach(ByteBuf::release);
        // A fragment of one key picture costs about 10 kB of small objects: some 50 bytes a packet here.
        assertThat(bytes / ((long) PICTURES * packets.size())).isLessThan(100);
    }

    private static void send(VideoTrack track, List<ByteBuf> packets, int from, int count) throws Exception {
        for (int picture = from; picture < from + count; picture++) {
            long mono = 1 + picture * 40_000_000L;
            for (int i = 0; i < packets.size(); i++) {
                ByteBuf packet = packets.get(i);
                packet.setShort(2, picture * packets.size() + i).setInt(4, picture * 3_600);
                track.onRtp(packet, mono, mono / 1_000);
            }
        }
    }

    private static final class Dropping implements FragmentSink {
        @Override
        public void onRun(RunStart start) {
            assertThat(start.codec()).isNotEmpty();
        }

        @Override
        public void onRunEnd(GapCause cause, String detail) {
            throw new AssertionError(cause + " " + detail);
        }

        @Override
        public void onFragment(Fragment fragment) {
            for (ByteBuffer piece : fragment.pieces()) {
                assertThat(piece.hasRemaining()).isTrue();
            }
            fragment.release().run();
        }
    }
}
