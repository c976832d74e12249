// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.camera;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.EventLoop;
import io.netty.channel.embedded.EmbeddedChannel;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.watchkeep.recorder.rtsp.MediaSink;

class ViewerTest {
    private static final long PICTURE_NANOS = 80_000_000;

    private final NotingSink sink = new NotingSink();
    private final List<Viewer> gone = new ArrayList<>();
    private final Viewer viewer =
            new Viewer("Quay", sink, new SplittableRandom(1), List.of(), new WireTally(), gone::add);

    /** Writes down what it is given: {@code rtp} with its timestamp's distance to the first, {@code rtcp}, {@code end}. */
    private static final class NotingSink implements MediaSink {
        private final List<String> notes = new ArrayList<>();
        private final List<Integer> sequences = new ArrayList<>();
        private boolean writable = true;
        private int first;

        @Override
        public EventLoop loop() {
            return new EmbeddedChannel().eventLoop();
        }

        @Override
        public Set<Integer> tracks() {
            return Set.of(0);
        }

        @Override
        public boolean isWritable() {
            return writable;
        }

        @Override
        public void sendRtp(int track, ByteBuf packet) {
            int timestamp = packet.getInt(4);
            if (sequences.isEmpty()) {
                first = timestamp;
            }
            sequences.add(packet.getUnsignedShort(2));
            notes.add("rtp " + (timestamp - first));
            packet.release();
        }

        @Override
        public void sendRtcp(int track, ByteBuf packet) {
            String hex = ByteBufUtil.hexDump(packet);
            notes.add(hex.contains("81cb0001") ? "bye" : "report");
            packet.release();
        }

        @Override
        public void sendRaw(ByteBuf bytes) {
            notes.add("raw " + bytes.readableBytes());
            bytes.release();
        }

        @Override
        public void flush() {}

        @Override
        public void end() {
            notes.add("end");
        }

        @Override
        public void disconnect() {
            notes.add("disconnect");
        }
    }

    private static Shot shot(int number, boolean key) throws IOException {
        byte[] unit = {0, 0, 0, 2, (byte) (key ? 0x65 : 0x41), (byte) number};
        long nanos = number * PICTURE_NANOS;
        long ticks = number * 7_200L;
        return new Shot(Picture.ofLengthPrefixed(PictureCodec.H264, unit, 4), ticks, key, nanos, nanos / 1000, ticks);
    }

    private void send(int from, int to, int gop) throws IOException {
        for (int i = from; i < to; i++) {
            viewer.onShot(shot(i, i % gop == 0));
        }
    }

    @Test
    void onShot_inMidGop_beginsAtTheNextKeyPictureWithAReport() throws IOException {
        send(3, 7, 5);

        assertThat(sink.notes).containsExactly("report", "rtp 0", "rtp 7200");
    }

    @Test
    void onShot_fiveSecondsLater_reportsAgain() throws IOException {
        send(0, 64, 25);

        assertThat(sink.notes.get(0)).isEqualTo("report");
        assertThat(sink.notes.indexOf("rtp 446400")).isEqualTo(63);
        assertThat(sink.notes.get(64)).isEqualTo("report");
        assertThat(sink.notes).hasSize(66);
    }

    @Test
    void end_clientReadsSlowly_saysGoodbyeBehindTheLastPicture() throws IOException {
        send(0, 2, 5);
        sink.writable = false;
        send(2, 4, 5);
        viewer.end();
        assertThat(sink.notes).containsExactly("report", "rtp 0", "rtp 7200");

        sink.writable = true;
        viewer.onWritable();

        assertThat(sink.notes).endsWith("rtp 14400", "rtp 21600", "bye", "end");
        viewer.onWritable();
        assertThat(sink.notes).endsWith("bye", "end").doesNotHaveDuplicates();
    }

    @Test
    void stall_forASecond_leavesOutPicturesUpToTheNextKeyPicture() throws IOException {
        send(0, 10, 5);
        viewer.stall(Duration.ofSeconds(1));
        send(10, 31, 5);

        assertThat(sink.notes).contains("rtp 64800").doesNotContain("rtp 72000").doesNotContain("rtp 172800");
        assertThat(sink.notes).contains("rtp 180000");
        assertThat(sink.sequences.get(10)).isEqualTo(sink.sequences.get(9) + 1);
    }

    @Test
    void lose_aTenth_leavesHolesInTheSequence() throws IOException {
        viewer.spoil(Fault.parse("lose:10%,seed=3"));
        send(0, 1_000, 5);

        long rtp = sink.notes.stream().filter(n -> n.startsWith("rtp")).count();
        int span = (sink.sequences.get(sink.sequences.size() - 1) - sink.sequences.get(0) + 65_536) % 65_536 + 1;
        assertThat(rtp).isBetween(850L, 950L);
        assertThat(span).isGreaterThan((int) rtp);
    }

    @Test
    void garbage_betweenPictures_isSentRaw() throws IOException {
        send(0, 1, 5);
        viewer.garbage(100, 1);

        assertThat(sink.notes).endsWith("raw 100");
    }

    @Test
    void stop_afterwards_sendsNothing() throws IOException {
        send(0, 1, 5);
        viewer.stop();
        send(1, 9, 5);

        assertThat(sink.notes).containsExactly("report", "rtp 0");
        assertThat(gone).containsExactly(viewer);
    }
}
