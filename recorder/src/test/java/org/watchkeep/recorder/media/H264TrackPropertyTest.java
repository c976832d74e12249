// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.media;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.watchkeep.recorder.rtp.StreamFormatException;

/** Packets lost, doubled, swapped, cut, flipped, and pure noise: only our exceptions, no invented pictures, no lost slabs. */
class H264TrackPropertyTest {
    @Property(tries = 60)
    void onRtp_anyPicturesWhole_givesBackEveryByte(@ForAll long seed) throws Exception {
        Random random = new Random(seed);
        TrackHarness harness = harness(random);
        List<TestStream.Unit> units =
                TestStream.pictures(random, 20 + random.nextInt(80), 1 + random.nextInt(30), 1 + random.nextInt(9_000));
        harness.play(units);
        TrackStatistics statistics = harness.close();
        assertThat(harness.samples(1)).containsExactlyElementsOf(TrackHarness.samples(units));
        assertThat(statistics.lostPackets()).isZero();
        assertThat(statistics.damagedAccessUnits()).isZero();
    }

    /** Each kept NAL unit is one that was sent, or the beginning of one. */
    @Property(tries = 60)
    void onRtp_packetsDropped_inventsNothing(@ForAll long seed) throws Exception {
        Random random = new Random(seed);
        TrackHarness harness = harness(random);
        List<TestStream.Unit> units = TestStream.pictures(random, 80, 20, 4_000);
        long missing = 0;
        long dropped = 0;
        boolean isFirst = true;
        for (TestStream.Unit unit : units) {
            for (byte[] packet : harness.packetiser.packets(unit, harness.timestamp)) {
                if (!isFirst && random.nextInt(12) == 0) {
                    dropped++;
                    continue;
                }
                isFirst = false;
                harness.rtp(packet);
                // What is missing shows when the next packet comes.
                missing += dropped;
                dropped = 0;
            }
            harness.pass();
        }
        TrackStatistics statistics = harness.close();
        assertThat(statistics.lostPackets()).isEqualTo(missing);
        assertThat(statistics.damagedAccessUnits()).isPositive();
        assertOnlySent(harness, units);
    }

    @Property(tries = 60)
    void onRtp_packetsDoubledAndSwapped_inventsNothing(@ForAll long seed) throws Exception {
        Random random = new Random(seed);
        TrackHarness harness = harness(random);
        List<TestStream.Unit> units = TestStream.pictures(random, 80, 20, 4_000);
        List<byte[]> packets = new ArrayList<>();
        for (TestStream.Unit unit : units) {
            packets.addAll(harness.packetiser.packets(unit, harness.timestamp));
            harness.timestamp += TrackHarness.PICTURE_TICKS;
        }
        for (int i = 0; i + 1 < packets.size(); i++) {
            if (random.nextInt(15) == 0) {
                Collections.swap(packets, i, i + 1);
            }
            if (random.nextInt(15) == 0) {
                packets.add(i, packets.get(i));
                i++;
            }
        }
        for (byte[] packet : packets) {
            harness.rtp(packet);
            harness.monoNanos += 10_000_000;
        }
        harness.close();
        assertOnlySent(harness, units);
    }

    @Property(tries = 150)
    void onRtp_packetsFlippedCutAndInvented_throwsOnlyOurs(@ForAll long seed) throws Exception {
        Random random = new Random(seed);
        TrackHarness harness = harness(random);
        for (TestStream.Unit unit : TestStream.pictures(random, 60, 10, 3_000)) {
            for (byte[] packet : harness.packetiser.packets(unit, harness.timestamp)) {
                try {
                    harness.rtp(spoilt(random, packet));
                } catch (StreamFormatException e) {
                    assertThat(e).hasMessageContaining("camera=town-hall-3");
                }
                if (random.nextInt(40) == 0) {
                    byte[] noise = new byte[random.nextInt(60)];
                    random.nextBytes(noise);
                    harness.rtcp(noise);
                }
            }
            harness.pass();
            if (random.nextInt(20) == 0) {
                harness.idle(2_000_000_000L);
            }
        }
        harness.close();
        for (CollectingSink.Kept kept : harness.sink.fragments) {
            assertThat(MovieFragment.read(kept.bytes()).samples()).isNotEmpty();
        }
        assertThat(harness.slabs.allocatedBytes()).isLessThan(40L << 20);
    }

    static byte[] spoilt(Random random, byte[] packet) {
        byte[] out = packet.clone();
        switch (random.nextInt(8)) {
            case 0 -> out[random.nextInt(out.length)] ^= (byte) (1 << random.nextInt(8));
            case 1 -> out[random.nextInt(Math.min(out.length, 16))] = (byte) random.nextInt(256);
            case 2 -> out = java.util.Arrays.copyOf(out, random.nextInt(out.length));
            case 3 -> {
                byte[] noise = new byte[random.nextInt(200)];
                random.nextBytes(noise);
                System.arraycopy(
                        noise, 0, out, Math.min(out.length, 13), Math.max(0, Math.min(noise.length, out.length - 13)));
            }
            default -> {}
        }
        return out;
    }

    private static TrackHarness harness(Random random) {
        return new TrackHarness(random.nextBoolean() ? TrackHarness.sprop() : "");
    }

    private static void assertOnlySent(TrackHarness harness, List<TestStream.Unit> units) throws Exception {
        Set<ByteBuffer> whole = new HashSet<>();
        List<byte[]> all = new ArrayList<>();
        for (TestStream.Unit unit : units) {
            for (byte[] nal : unit.nals()) {
                whole.add(ByteBuffer.wrap(nal));
                all.add(nal);
            }
        }
        for (byte[] sample : harness.samples(1)) {
            ByteBuffer in = ByteBuffer.wrap(sample);
            while (in.hasRemaining()) {
                ByteBuffer nal = in.slice(in.position() + 4, in.getInt(in.position()));
                in.position(in.position() + 4 + nal.remaining());
                assertThat(whole.contains(nal) || all.stream().anyMatch(sent -> begins(sent, nal)))
                        .as("NAL unit of %d bytes was sent so", nal.remaining())
                        .isTrue();
            }
        }
    }

    private static boolean begins(byte[] sent, ByteBuffer part) {
        return part.remaining() < sent.length && part.equals(ByteBuffer.wrap(sent, 0, part.remaining()));
    }
}
