// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.media;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.watchkeep.recorder.rtp.StreamFormatException;

/** JPEG packets lost, doubled, swapped, cut, flipped, and pure noise: only our exceptions, no invented bytes, no lost slabs. */
class JpegTrackPropertyTest {
    private static final byte[] NO_EXTENSION = {};

    /** Each kept picture is one that was sent, or the beginning of one. */
    @Property(tries = 60)
    void onRtp_packetsDroppedDoubledAndSwapped_inventsNothing(@ForAll long seed) throws Exception {
        Random random = new Random(seed);
        JpegHarness harness = new JpegHarness();
        TestJpeg picture = TestJpeg.picture(random, 320, 240, 0.7f);
        List<byte[]> packets = packets(random, harness, picture, 40);
        for (int i = 1; i + 1 < packets.size(); i++) {
            switch (random.nextInt(20)) {
                case 0 -> Collections.swap(packets, i, i + 1);
                case 1 -> packets.add(i, packets.get(i));
                case 2 -> packets.remove(i);
                default -> {}
            }
        }
        for (byte[] packet : packets) {
            harness.rtp(packet);
            harness.monoNanos += 5_000_000;
        }
        harness.close();
        byte[] whole = wholeSample(picture);
        List<byte[]> samples = harness.samples();
        assertThat(samples).isNotEmpty();
        for (byte[] sample : samples) {
            assertThat(sample).endsWith(0xff, 0xd9);
            assertThat(Arrays.mismatch(sample, whole))
                    .satisfiesAnyOf(
                            at -> assertThat(at).isEqualTo(-1),
                            at -> assertThat(at).isGreaterThanOrEqualTo(sample.length - 2));
        }
    }

    @Property(tries = 150)
    void onRtp_packetsFlippedCutAndInvented_throwsOnlyOurs(@ForAll long seed) throws Exception {
        Random random = new Random(seed);
        JpegHarness harness = new JpegHarness();
        TestJpeg picture = TestJpeg.picture(random, 64 + 8 * random.nextInt(60), 64, random.nextFloat());
        for (byte[] packet : packets(random, harness, picture, 60)) {
            try {
                harness.rtp(H264TrackPropertyTest.spoilt(random, packet));
            } catch (StreamFormatException e) {
                assertThat(e).hasMessageContaining("camera=town-hall-3");
            }
            harness.monoNanos += 5_000_000;
        }
        harness.close();
        for (byte[] sample : harness.samples()) {
            assertThat(sample).startsWith(0xff, 0xd8).endsWith(0xff, 0xd9);
        }
        assertThat(harness.slabs.allocatedBytes()).isLessThan(40L << 20);
    }

    /** Types, Q, tables, extensions and sizes at random: what is not understood is counted or refused. */
    @Property(tries = 200)
    void onRtp_headersMadeUp_throwsOnlyOurs(@ForAll long seed) throws Exception {
        Random random = new Random(seed);
        JpegHarness harness = new JpegHarness();
        for (int i = 0; i < 100; i++) {
            byte[] payload = new byte[random.nextInt(400)];
            random.nextBytes(payload);
            if (payload.length > 4 && random.nextInt(3) > 0) {
                Arrays.fill(payload, 0, 4, (byte) 0);
                payload[4] = (byte) (random.nextInt(2) | (random.nextInt(2) << 6));
            }
            byte[] extension = NO_EXTENSION;
            if (random.nextBoolean()) {
                extension = new byte[4 + 4 * random.nextInt(20)];
                random.nextBytes(extension);
                extension[0] = (byte) (random.nextBoolean() ? 0xff : 0xab);
                extension[1] = (byte) (random.nextBoolean() ? 0xd8 : 0xac);
                extension[2] = 0;
                extension[3] = (byte) (extension.length / 4 - 1);
                Arrays.fill(extension, Math.min(4, extension.length), Math.min(5, extension.length), (byte) 0xff);
            }
            try {
                harness.packet(payload, random.nextBoolean(), extension);
            } catch (StreamFormatException e) {
                assertThat(e).hasMessageContaining("camera=town-hall-3");
            }
            harness.pass();
        }
        harness.close();
        for (byte[] sample : harness.samples()) {
            assertThat(sample).startsWith(0xff, 0xd8).endsWith(0xff, 0xd9);
        }
    }

    private static List<byte[]> packets(Random random, JpegHarness harness, TestJpeg picture, int pictures) {
        List<byte[]> packets = new ArrayList<>();
        List<byte[]> payloads = picture.payloads(600 + random.nextInt(900));
        for (int i = 0; i < pictures; i++) {
            for (int part = 0; part < payloads.size(); part++) {
                packets.add(harness.next(payloads.get(part), part == payloads.size() - 1, NO_EXTENSION));
            }
            harness.timestamp += 3_600;
        }
        return packets;
    }

    private static byte[] wholeSample(TestJpeg picture) throws Exception {
        JpegHarness harness = new JpegHarness();
        harness.send(picture.payloads(1_400));
        harness.close();
        return harness.samples().get(0);
    }
}
