// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.media;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.watchkeep.recorder.rtp.StreamFormatException;
import org.watchkeep.recorder.rtp.Tolerance;
import org.watchkeep.retention.store.FragmentFlags;
import org.watchkeep.retention.store.FragmentRef;
import org.watchkeep.retention.store.GapCause;

/** From RFC 2435 payloads to fragments of whole JPEG pictures. */
class JpegTrackTest {
    private static final int MTU = 1_400;

    private final Random random = new Random(7);
    private final JpegHarness harness = new JpegHarness();
    private TestJpeg picture;
    private TestJpeg other;

    @BeforeEach
    void draw() throws Exception {
        picture = TestJpeg.picture(random, 320, 240, 0.8f);
        other = TestJpeg.picture(random, 320, 240, 0.5f);
    }

    @Test
    void onRtp_picturesWithTheirTables_areWholeFiles() throws Exception {
        for (int i = 0; i < 60; i++) {
            harness.send((i % 2 == 0 ? picture : other).payloads(MTU));
            harness.pass();
        }
        TrackStatistics statistics = harness.close();
        assertThat(harness.sink.runs).hasSize(1);
        assertThat(harness.sink.runs.get(0).codec()).isEqualTo("mp4v.6C");
        assertThat(harness.sink.runs.get(0).notes()).isEmpty();
        assertThat(statistics.width()).isEqualTo(320);
        assertThat(statistics.height()).isEqualTo(240);
        assertThat(statistics.keyPictures()).isEqualTo(60);
        assertThat(statistics.damagedAccessUnits()).isZero();
        List<byte[]> samples = harness.samples();
        assertThat(samples).hasSize(60);
        for (int i = 0; i < 60; i++) {
            assertThat(TestJpeg.pixels(samples.get(i))).isEqualTo(TestJpeg.pixels((i % 2 == 0 ? picture : other).file));
        }
    }

    @Test
    void onRtp_everyPictureAKey_fragmentsLastASecond() throws Exception {
        for (int i = 0; i < 60; i++) {
            harness.send(picture.payloads(MTU));
            harness.pass();
        }
        harness.close();
        assertThat(harness.sink.fragments.stream().map(kept -> kept.fragment().durationMicros()))
                .containsExactly(1_000_000L, 1_000_000L, 400_000L);
        for (CollectingSink.Kept kept : harness.sink.fragments) {
            assertThat(kept.fragment().flags()).isEqualTo(FragmentFlags.KEY_PICTURE);
            assertThat(MovieFragment.read(kept.bytes()).samples()).allMatch(MovieFragment.Sample::isKey);
        }
    }

    @Test
    void cut_insideAFragment_beginsAtThatPicture() throws Exception {
        for (int i = 0; i < 30; i++) {
            harness.send(picture.payloads(MTU));
            harness.pass();
        }
        harness.close();
        Instant start = Instant.ofEpochSecond(1_000);
        FragmentRef ref = new FragmentRef("v", 1, 0, 0, 0, start, 1_000_000, FragmentFlags.KEY_PICTURE);
        FragmentCut cut = new FragmentCut(start.plusMillis(400), start.plusMillis(600));
        ByteBuffer kept = cut.next(ref, harness.sink.fragments.get(0).bytes()).orElseThrow();
        assertThat(MovieFragment.read(kept).samples()).hasSize(5).allMatch(MovieFragment.Sample::isKey);
    }

    @Test
    void onRtp_tablesByQ_areThoseOfTheAnnex() throws Exception {
        // The JDK scales the annex's tables as everybody does; at half its quality scale they are the annex's own.
        harness.send(other.payloads(MTU, TestJpeg.TYPE, 50, new byte[0], new byte[0]));
        harness.pass();
        harness.send(other.payloads(MTU));
        harness.close();
        List<byte[]> samples = harness.samples();
        assertThat(TestJpeg.pixels(samples.get(0))).isEqualTo(TestJpeg.pixels(other.file));
        assertThat(samples.get(0)).isEqualTo(samples.get(1));
    }

    @Test
    void onRtp_tablesSentOnce_serveTheirQ() throws Exception {
        harness.send(picture.payloads(MTU, TestJpeg.TYPE, 200, new byte[0], picture.tables));
        harness.pass();
        harness.send(other.payloads(MTU, TestJpeg.TYPE, 201, new byte[0], other.tables));
        harness.pass();
        harness.send(picture.payloads(MTU, TestJpeg.TYPE, 200, new byte[0], new byte[0]));
        harness.pass();
        harness.send(other.payloads(MTU, TestJpeg.TYPE, 202, new byte[0], new byte[0]));
        TrackStatistics statistics = harness.close();
        List<byte[]> samples = harness.samples();
        assertThat(samples).hasSize(3);
        assertThat(samples.get(2)).isEqualTo(samples.get(0));
        assertThat(statistics.malformedPayloads()).isEqualTo(1);
    }

    @Test
    void onRtp_restartMarkers_areDeclared() throws Exception {
        harness.send(picture.payloads(MTU, 65, TestJpeg.Q_SENT, HexFormat.of().parseHex("0014ffff"), picture.tables));
        harness.close();
        String hex = HexFormat.of().formatHex(harness.samples().get(0));
        assertThat(hex).contains("ffdd00040014");
        assertThat(harness.samples().get(0)).endsWith(0xff, 0xd9);
    }

    @Test
    void onRtp_tablesOf16Bits_areDeclared() throws Exception {
        byte[] wide = new byte[128 + 64];
        Arrays.fill(wide, (byte) 1);
        List<byte[]> payloads = picture.payloads(MTU, TestJpeg.TYPE, TestJpeg.Q_SENT, new byte[0], wide);
        payloads.get(0)[9] = 1;
        harness.send(payloads);
        harness.close();
        String hex = HexFormat.of().formatHex(harness.samples().get(0));
        assertThat(hex).contains("ffdb008310" + "01".repeat(128) + "ffdb004301" + "01".repeat(64) + "ffc1");
    }

    @Test
    void onRtp_middleLost_keepsTheBeginningAndSaysSo() throws Exception {
        List<byte[]> payloads = picture.payloads(600);
        assertThat(payloads.size()).isGreaterThan(6);
        harness.send(payloads);
        harness.pass();
        for (int i = 0; i < payloads.size(); i++) {
            if (i == 3) {
                harness.sequence++;
            } else {
                harness.packet(payloads.get(i), i == payloads.size() - 1);
            }
        }
        harness.pass();
        harness.send(payloads);
        TrackStatistics statistics = harness.close();
        List<byte[]> samples = harness.samples();
        assertThat(samples).hasSize(3);
        assertThat(samples.get(2)).isEqualTo(samples.get(0));
        assertThat(samples.get(1).length).isLessThan(samples.get(0).length / 2 + 1_500);
        assertThat(TestJpeg.decoded(samples.get(1)).getWidth()).isEqualTo(320);
        assertThat(statistics.lostPackets()).isEqualTo(1);
        assertThat(statistics.damagedAccessUnits()).isEqualTo(1);
        assertThat(harness.sink.flags(0) & FragmentFlags.DAMAGED).isNotZero();
    }

    @Test
    void onRtp_beginningLost_isNoPicture() throws Exception {
        List<byte[]> payloads = picture.payloads(600);
        harness.send(payloads);
        harness.pass();
        harness.sequence++;
        for (int i = 1; i < payloads.size(); i++) {
            harness.packet(payloads.get(i), i == payloads.size() - 1);
        }
        harness.pass();
        harness.send(payloads);
        TrackStatistics statistics = harness.close();
        assertThat(harness.samples()).hasSize(2);
        assertThat(statistics.lostPackets()).isEqualTo(1);
        assertThat(statistics.tolerances()).isEmpty();
        // The hole's time is that of the picture before it; the last one is taken to last as long.
        assertThat(harness.sink.fragments.get(0).fragment().durationMicros()).isEqualTo(160_000);
    }

    @Test
    void onRtp_sizeChanges_opensANewRun() throws Exception {
        TestJpeg small = TestJpeg.picture(random, 160, 120, 0.8f);
        harness.send(picture.payloads(MTU));
        harness.pass();
        harness.send(small.payloads(MTU));
        harness.pass();
        harness.close();
        assertThat(harness.sink.runs).hasSize(2);
        assertThat(harness.sink.ends).containsExactly(GapCause.CONFIGURATION_CHANGED);
        assertThat(harness.sink.details).containsExactly("mp4v.6C 320x240 -> mp4v.6C 160x120");
    }

    @Test
    void onRtp_noMarker_endsWithTheTimestamp() throws Exception {
        for (int i = 0; i < 3; i++) {
            for (byte[] payload : picture.payloads(MTU)) {
                harness.packet(payload, false);
            }
            harness.pass();
        }
        assertThat(harness.close().tolerances()).containsExactly(Tolerance.NO_MARKER);
        assertThat(harness.samples()).hasSize(3);
        assertThat(harness.samples().get(0)).isEqualTo(harness.samples().get(2));
    }

    @Test
    void onRtp_markerWithinPicture_goesOnWithIt() throws Exception {
        List<byte[]> payloads = picture.payloads(MTU);
        harness.send(payloads);
        harness.pass();
        for (byte[] payload : payloads) {
            harness.packet(payload, true);
        }
        harness.pass();
        harness.send(payloads);
        assertThat(harness.close().tolerances()).containsExactly(Tolerance.MARKER_WITHIN_PICTURE);
        assertThat(harness.samples()).hasSize(3);
        assertThat(harness.samples().get(1)).isEqualTo(harness.samples().get(0));
    }

    @Test
    void onRtp_endOfImageSentAlong_isNotDoubled() throws Exception {
        List<byte[]> payloads = new ArrayList<>(picture.payloads(MTU));
        harness.send(payloads);
        harness.pass();
        // Split between two packets.
        for (byte[] payload : payloads) {
            harness.packet(payload, false);
        }
        harness.packet(tail(picture, picture.scan.length, (byte) 0xff), false);
        harness.packet(tail(picture, picture.scan.length + 1, (byte) 0xd9), true);
        harness.close();
        assertThat(harness.samples().get(1)).isEqualTo(harness.samples().get(0));
    }

    private static byte[] tail(TestJpeg of, int offset, byte octet) {
        return ByteBuffer.allocate(9)
                .putInt(offset)
                .put((byte) TestJpeg.TYPE)
                .put((byte) TestJpeg.Q_SENT)
                .put((byte) (of.width / 8))
                .put((byte) (of.height / 8))
                .put(octet)
                .array();
    }

    /** ONVIF streaming specification 5.1.3: sizes that do not fit in the RFC's header. */
    @Test
    void onRtp_sizeInHeaderExtension_isTheSize() throws Exception {
        TestJpeg large = TestJpeg.picture(random, 2_560, 160, 0.5f);
        List<byte[]> payloads = large.payloads(MTU);
        byte[] frame = HexFormat.of().parseHex("ffc0001108" + "00a0" + "0a00" + "03" + "012200" + "021101" + "031101");
        for (int i = 0; i < payloads.size(); i++) {
            payloads.get(i)[6] = 0;
            payloads.get(i)[7] = 0;
            harness.packet(payloads.get(i), i == payloads.size() - 1, i == 0 ? extension(frame) : new byte[0]);
        }
        harness.pass();
        assertThat(harness.close().width()).isEqualTo(2_560);
        assertThat(TestJpeg.pixels(harness.samples().get(0))).isEqualTo(TestJpeg.pixels(large.file));
    }

    private static byte[] extension(byte[] segments) {
        int words = (segments.length + 3) / 4;
        byte[] out = new byte[4 + words * 4];
        Arrays.fill(out, (byte) 0xff);
        ByteBuffer.wrap(out).putShort((short) 0xffd8).putShort((short) words).put(segments);
        return out;
    }

    @Test
    void onRtp_headersInPayload_areThePicturesOwn() throws Exception {
        ByteArrayOutputStream whole = new ByteArrayOutputStream();
        whole.writeBytes(picture.file);
        List<byte[]> payloads = new ArrayList<>();
        for (int offset = 0; offset < picture.file.length; offset += 1_000) {
            int part = Math.min(1_000, picture.file.length - offset);
            payloads.add(ByteBuffer.allocate(8 + part)
                    .putInt(offset)
                    .putInt(0x0140_0000)
                    .put(picture.file, offset, part)
                    .array());
        }
        harness.send(payloads);
        harness.pass();
        assertThat(harness.close().tolerances()).containsExactly(Tolerance.JPEG_HEADERS_IN_PAYLOAD);
        assertThat(harness.samples()).containsExactly(picture.file);
        assertThat(harness.track.statistics().width()).isEqualTo(320);
    }

    @Test
    void onRtp_noSizeAtAll_isRefused() throws Exception {
        List<byte[]> payloads = picture.payloads(MTU);
        payloads.forEach(payload -> payload[6] = 0);
        assertThatThrownBy(() -> {
                    for (int i = 0; i < 30; i++) {
                        harness.send(payloads);
                        harness.pass();
                    }
                })
                .isInstanceOf(StreamFormatException.class)
                .hasMessageContaining("JPEG picture size: 0x240")
                .hasMessageContaining("camera=town-hall-3");
        harness.close();
        assertThat(harness.sink.runs).isEmpty();
    }

    @Test
    void dump_ofAnInitSegment_namesTheCodec() throws Exception {
        harness.send(picture.payloads(MTU));
        harness.close();
        String dump = SegmentDump.dump(harness.sink.runs.get(0).configuration());
        assertThat(dump).contains("mp4v", "width=320 height=240", "esds").contains("6c11");
    }
}
