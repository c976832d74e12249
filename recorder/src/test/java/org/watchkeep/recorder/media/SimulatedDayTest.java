// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.media;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.watchkeep.retention.store.Fragment;
import org.watchkeep.retention.store.GapCause;
import org.watchkeep.retention.store.RunStart;

/** A day and a half of one camera whose crystal is 500 ppm off, over three wraps of its RTP time, in simulated time. */
class SimulatedDayTest {
    private static final int HOURS = 36;
    /** Five pictures a second: enough to count ticks, few enough for a fast test. */
    private static final long PICTURE_TICKS = 18_000;

    private static final long START_NANOS = 1_000_000_000L;

    @ParameterizedTest
    @ValueSource(ints = {500, -500, 200})
    void onRtp_dayAndAHalfOffByPpm_countsEveryTickAndStaysWithUs(int ppm) throws Exception {
        Sums sums = new Sums();
        VideoTrack track = VideoCodec.H264.track(
                TrackHarness.settings(
                        Map.of("sprop-parameter-sets", TrackHarness.sprop()), new SlabPool(), Long.MIN_VALUE),
                sums);
        Random random = new Random(ppm);
        byte[] key = packet(TestStream.slice(random, true, true, 24));
        byte[] picture = packet(TestStream.slice(random, false, true, 16));
        ByteBuf keyBuffer = Unpooled.wrappedBuffer(key);
        ByteBuf pictureBuffer = Unpooled.wrappedBuffer(picture);
        long pictures = HOURS * 3_600L * 5;
        long start = 0xffff_ff00L;
        long mono = 0;
        for (long i = 0; i < pictures; i++) {
            // What the camera takes for a fifth of a second lasts so much longer or shorter here.
            mono = START_NANOS + i * (200_000_000L + ppm * 200L);
            boolean isKey = i % 20 == 0;
            byte[] bytes = isKey ? key : picture;
            ByteBuffer.wrap(bytes).putShort(2, (short) i).putInt(4, (int) (start + i * PICTURE_TICKS));
            track.onRtp(isKey ? keyBuffer : pictureBuffer, mono + random.nextInt(20_000_000), mono / 1_000);
            if (i % 5 == 0) {
                track.onTick(mono);
            }
        }
        track.close();
        assertThat(sums.runs).isEqualTo(1);
        assertThat(sums.ends).isZero();
        assertThat(sums.ticks).isEqualTo(pictures * PICTURE_TICKS);
        assertThat(sums.nextTicks).isEqualTo(pictures * PICTURE_TICKS);
        assertThat(sums.micros).isEqualTo(pictures * 200_000);
        // 500 ppm of a day and a half are 65 s; what is left is the error at which the slew stands.
        long off = sums.endNanos - (mono + 200_000_000L);
        assertThat(Math.abs(off)).isLessThan(300_000_000L);
        assertThat(sums.worstStepNanos).isLessThanOrEqualTo(501_000L);
    }

    private static byte[] packet(byte[] nal) {
        ByteBuffer out = ByteBuffer.allocate(12 + nal.length);
        out.put((byte) 0x80)
                .put((byte) (0x80 | 96))
                .putShort((short) 0)
                .putInt(0)
                .putInt(1)
                .put(nal);
        return out.array();
    }

    /** Adds fragments up and keeps none. */
    private static final class Sums implements FragmentSink {
        int runs;
        int ends;
        long ticks;
        long micros;
        long nextTicks;
        long endNanos = Long.MIN_VALUE;
        long worstStepNanos;

        @Override
        public void onRun(RunStart start) {
            runs++;
        }

        @Override
        public void onRunEnd(GapCause cause, String detail) {
            ends++;
        }

        @Override
        public void onFragment(Fragment fragment) {
            // moof 8, mfhd 16, traf 8, tfhd 16, then tfdt and trun as Boxes writes them.
            ByteBuffer header = fragment.pieces().get(0);
            assertThat(header.getLong(60)).isEqualTo(nextTicks);
            int count = header.getInt(80);
            int first = 88 + ((header.getInt(76) & Boxes.TRUN_FIRST_SAMPLE_FLAGS) != 0 ? 4 : 0);
            for (int i = 0; i < count; i++) {
                ticks += header.getInt(first + i * 8);
            }
            nextTicks = ticks;
            micros += fragment.durationMicros();
            if (endNanos != Long.MIN_VALUE) {
                worstStepNanos = Math.max(worstStepNanos, Math.abs(fragment.startMonoNanos() - endNanos));
            }
            endNanos = fragment.endMonoNanos();
            fragment.release().run();
        }
    }
}
