// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Assumptions;
import org.watchkeep.recorder.camera.AddressQuirk;
import org.watchkeep.recorder.camera.DialogueQuirk;
import org.watchkeep.recorder.camera.Fault;
import org.watchkeep.recorder.camera.JpegQuirk;
import org.watchkeep.recorder.camera.LoginQuirk;
import org.watchkeep.recorder.camera.PayloadQuirk;
import org.watchkeep.recorder.camera.PictureQuirk;
import org.watchkeep.recorder.camera.Quirk;
import org.watchkeep.recorder.camera.SdpQuirk;
import org.watchkeep.recorder.camera.StreamQuirk;
import org.watchkeep.recorder.camera.TlsQuirk;
import org.watchkeep.recorder.camera.TransportQuirk;
import org.watchkeep.recorder.ingest.QuirkFleet.Plan;
import org.watchkeep.recorder.ingest.QuirkFleet.Row;
import org.watchkeep.recorder.ingest.QuirkFleet.Subject;
import org.watchkeep.recorder.rtp.ReorderBuffer;
import org.watchkeep.recorder.rtsp.Credentials;
import org.watchkeep.recorder.rtsp.MountAccess;
import org.watchkeep.recorder.rtsp.TransportChoice;
import org.watchkeep.retention.store.Fragment;
import org.watchkeep.retention.store.GapCause;

/** What {@link QuirksIT} expects of each quirk. Where nothing is said: every picture, in one run of one session. */
final class QuirkRows {
    static final MountAccess OPEN = MountAccess.OPEN;
    static final Credentials WHO = new Credentials("admin", "p@ss:w/rd%#");
    static final MountAccess WITH_LOGIN = new MountAccess(MountAccess.Scheme.DIGEST, "camera", WHO);

    private static final int SOME = 40;

    /** What is odd from the first packet on shows in a second. */
    private static final int FEW = 26;

    /** Half of what the recorder waits for a packet that others have overtaken: it adds some time of its own. */
    private static final long TORN_APART_NANOS = ReorderBuffer.MAX_HOLD_NANOS / 2;

    /** Three keepalives of a session that lives four seconds. */
    private static final int SIX_SECONDS = 150;

    /**
     * @param until what must come to be
     * @param then what must be so when the recorder has stopped
     */
    record Expected(Predicate<Row> until, Consumer<Row> then) {}

    /** Those that show over datagrams only. */
    private static final Set<Quirk> UDP = Set.of(
            TransportQuirk.GRANTS_TCP_FOR_UDP,
            TransportQuirk.UDP_GRANTED_NOTHING_SENT,
            TransportQuirk.NO_SERVER_PORT,
            TransportQuirk.EMPTY_SOURCE,
            TransportQuirk.HOST_NAMES_IN_TRANSPORT,
            TransportQuirk.BAD_SSRC_IN_TRANSPORT,
            TransportQuirk.ZERO_SSRC_IN_TRANSPORT,
            TransportQuirk.SPACE_BEFORE_SSRC,
            TransportQuirk.WRONG_SSRC_IN_TRANSPORT,
            PayloadQuirk.PACKETS_OF_TEN_THOUSAND_BYTES,
            StreamQuirk.WANTS_RECEIVER_REPORTS,
            StreamQuirk.REORDERED_PACKETS);

    /** What an H.265 camera is recorded with as well: all of its payloads, and how its parameter sets are announced. */
    private static final List<Quirk> ALSO_IN_H265 = Stream.concat(
                    Stream.of(PayloadQuirk.values()),
                    Stream.<Quirk>of(
                            SdpQuirk.NO_PARAMETER_SETS_IN_SDP,
                            SdpQuirk.BAD_PARAMETER_SETS_IN_SDP,
                            SdpQuirk.PARTIAL_PARAMETER_SETS_IN_SDP,
                            SdpQuirk.START_CODE_IN_SDP))
            .toList();

    /** A quirk, and what the camera that has it shows. */
    record Case(Quirk quirk, Subject subject) {
        @Override
        public String toString() {
            return quirk.flag() + " " + subject;
        }
    }

    static List<Case> cases() {
        return Stream.concat(
                        Quirk.all().stream().map(quirk -> new Case(quirk, subject(quirk))),
                        ALSO_IN_H265.stream().map(quirk -> new Case(quirk, Subject.H265)))
                .toList();
    }

    private static Subject subject(Quirk quirk) {
        return quirk instanceof PictureQuirk ? Subject.DRAWN : quirk instanceof JpegQuirk ? Subject.JPEG : Subject.H264;
    }

    private static final Map<Quirk, Expected> ROWS = rows();

    private QuirkRows() {}

    static Expected of(Quirk quirk) {
        return ROWS.getOrDefault(
                quirk, new Expected(slices(quirk instanceof StreamQuirk ? SOME : FEW), QuirkRows::allInOneRun));
    }

    /** How the camera with this quirk is set up and recorded. */
    static Plan plan(Case which) {
        Quirk quirk = which.quirk();
        boolean isUdp = UDP.contains(quirk);
        return new Plan(
                List.of(quirk),
                // A session is dead only where one was cut off.
                quirk == DialogueQuirk.MEDIA_OF_A_DEAD_SESSION ? List.of(Fault.parse("drop@1s")) : List.of(),
                quirk instanceof LoginQuirk ? WITH_LOGIN : OPEN,
                quirk == LoginQuirk.BANS_AFTER_FAILED_LOGINS ? new Credentials("admin", "guess") : WHO,
                isUdp ? TransportChoice.UDP : TransportChoice.AUTO,
                quirk == AddressQuirk.CONTROL_BEHIND_QUERY ? "?channel=1&subtype=0" : "",
                which.subject(),
                of(quirk).until());
    }

    private static Map<Quirk, Expected> rows() {
        Map<Quirk, Expected> rows = new HashMap<>();
        Expected sixSeconds = new Expected(slices(SIX_SECONDS), QuirkRows::allInOneRun);
        rows.put(DialogueQuirk.CLOSES_ON_UNKNOWN_METHOD, sixSeconds);
        Expected eightSeconds = new Expected(slices(SIX_SECONDS + 50), QuirkRows::allInOneRun);
        rows.put(DialogueQuirk.WANTS_GET_PARAMETER, eightSeconds);
        rows.put(DialogueQuirk.NEVER_ANSWERS_KEEPALIVES, sixSeconds);
        rows.put(DialogueQuirk.KEEPALIVE_WANTS_BASE_URL, sixSeconds);
        rows.put(DialogueQuirk.SILENT_WITHOUT_KEEPALIVE, eightSeconds);
        rows.put(DialogueQuirk.REFUSES_GET_PARAMETER, sixSeconds);
        rows.put(LoginQuirk.STALE_NONCE_IN_MID_SESSION, sixSeconds);
        rows.put(LoginQuirk.NONCE_RENEWED_WITHOUT_A_WORD, sixSeconds);
        rows.put(DialogueQuirk.SILENT_AFTER_PLAY, gap(GapCause.NO_MEDIA));
        rows.put(DialogueQuirk.REFUSES_SETUP_ALWAYS, gap(GapCause.CAMERA_REFUSED));
        rows.put(AddressQuirk.REDIRECTS_IN_A_CIRCLE, gap(GapCause.CAMERA_REFUSED));
        rows.put(TransportQuirk.UDP_GRANTED_NOTHING_SENT, gap(GapCause.NO_MEDIA));
        rows.put(TransportQuirk.NO_SERVER_PORT, new Expected(slices(FEW), QuirkRows::allByUdp));
        for (Quirk quirk : List.of(
                TransportQuirk.EMPTY_SOURCE,
                TransportQuirk.HOST_NAMES_IN_TRANSPORT,
                TransportQuirk.BAD_SSRC_IN_TRANSPORT,
                TransportQuirk.ZERO_SSRC_IN_TRANSPORT,
                TransportQuirk.SPACE_BEFORE_SSRC,
                TransportQuirk.WRONG_SSRC_IN_TRANSPORT)) {
            rows.put(quirk, new Expected(slices(FEW), QuirkRows::allByUdp));
        }
        rows.put(StreamQuirk.REORDERED_PACKETS, new Expected(slices(SOME), QuirkRows::allPutBackInOrder));
        rows.put(PayloadQuirk.PACKETS_OF_TEN_THOUSAND_BYTES, new Expected(slices(FEW), QuirkRows::allByUdp));
        rows.put(StreamQuirk.WANTS_RECEIVER_REPORTS, new Expected(slices(SIX_SECONDS + 50), QuirkRows::allByUdp));
        rows.put(TransportQuirk.FRESH_DESCRIBE_FOR_OTHER_TRANSPORT, new Expected(slices(FEW), QuirkRows::allByUdp));
        rows.put(DialogueQuirk.SESSION_ID_CHANGES, sixSeconds);
        rows.put(TlsQuirk.EXPIRED_CERTIFICATE, new Expected(slices(FEW), QuirkRows::allInsideTls));
        rows.put(TlsQuirk.CERTIFICATE_OF_ANOTHER_NAME, new Expected(slices(FEW), QuirkRows::allInsideTls));
        rows.put(TlsQuirk.OLD_TLS_ONLY, tooOld());
        rows.put(PictureQuirk.KEY_PICTURES_FAR_APART, new Expected(slices(SOME), QuirkRows::oneKeyPicture));
        rows.put(PictureQuirk.SEVERAL_SLICES, new Expected(slices(4 * FEW), QuirkRows::fourSlicesEach));
        for (JpegQuirk quirk : JpegQuirk.values()) {
            rows.put(quirk, new Expected(slices(FEW), QuirkRows::wholeJpegPictures));
        }
        rows.put(SdpQuirk.MPEG_TS_ONLY, gap(GapCause.CAMERA_REFUSED));
        rows.put(DialogueQuirk.DROPS_ON_GET_PARAMETER, new Expected(slices(2 * SIX_SECONDS), QuirkRows::lostOnce));
        rows.put(
                DialogueQuirk.SESSION_LOST_IN_MID_STREAM,
                new Expected(
                        row -> row.footage.runs().size() >= 2,
                        row -> assertThat(row.footage.runEnds()).startsWith(GapCause.CONNECTION_LOST)));
        rows.put(LoginQuirk.BUSY_SAID_AS_WRONG_PASSWORD, busy());
        rows.put(LoginQuirk.BANS_AFTER_FAILED_LOGINS, refusedLogin());
        rows.put(LoginQuirk.BASIC_ONLY, refusedLogin());
        rows.put(DialogueQuirk.MEDIA_OF_A_DEAD_SESSION, new Expected(QuirkRows::isBackAfterLoss, QuirkRows::lostOnce));
        rows.put(PayloadQuirk.FORBIDDEN_BIT, new Expected(slices(SOME), QuirkRows::all));
        rows.put(PayloadQuirk.ENDLESS_PICTURE, gap(GapCause.BAD_STREAM));
        rows.put(StreamQuirk.SSRC_CHANGES, jumps());
        rows.put(StreamQuirk.RTP_TIME_JUMPS, jumps());
        rows.put(StreamQuirk.RTP_TIME_STEPS_BACK, jumps());
        rows.put(StreamQuirk.NUMBERS_JUMP, new Expected(slices(SOME), QuirkRows::all));
        rows.put(StreamQuirk.LOSES_PARTS_OF_PICTURES, losing(2));
        rows.put(StreamQuirk.DROPS_PICTURES, losing(1));
        rows.put(StreamQuirk.CLOCK_IN_1970, new Expected(slices(SIX_SECONDS + 25), QuirkRows::clockIn1970));
        return rows;
    }

    private static Predicate<Row> slices(int count) {
        return row -> row.footage.slices().size() >= count;
    }

    /**
     * The camera's pictures from its first one on, byte for byte. Stopping may come in the middle of one, which is then kept as
     * far as it had come: the last two say nothing.
     */
    private static void all(Row row) {
        int whole = row.footage.slices().size() - 2;
        assertThat(row.footage.slices().subList(0, whole))
                .as(row.toString())
                .isEqualTo(row.sent().subList(0, whole));
        assertThat(row.recorder.status().lostPackets()).as(row.toString()).isZero();
        assertThat(row.alarms).isEmpty();
    }

    private static void allInOneRun(Row row) {
        all(row);
        assertThat(row.footage.runEnds()).as(row.toString()).containsExactly(GapCause.RECORDER_STOPPED);
        assertThat(row.gaps()).as(row.toString()).isEmpty();
        assertThat(row.footage.isDamaged()).as("damaged: " + row).isFalse();
    }

    private static void allByUdp(Row row) {
        assumeMachineKeptUp(row);
        allInOneRun(row);
        assertThat(row.recorder.status().terms().orElseThrow().transport()).isEqualTo("udp");
        assertThat(row.recorder.status().datagrams().refused())
                .as(row.toString())
                .isZero();
    }

    /**
     * Datagrams do not wait for a machine that stands still. Whether it did is for the camera and the system to say: a packet
     * that the recorder gave up although the camera sent it in time is the recorder's fault.
     */
    private static void assumeMachineKeptUp(Row row) {
        long late = row.recorder.status().datagrams().late();
        long sendingMillis = TimeUnit.NANOSECONDS.toMillis(row.wire.longestSendNanos());
        if (row.wire.longestSendNanos() < TORN_APART_NANOS) {
            assertThat(late)
                    .as("late, though the camera took at most %d ms to send: %s", sendingMillis, row)
                    .isZero();
        }
        Assumptions.assumeTrue(
                late == 0 && row.droppedBySystem() == 0,
                () -> "this machine was too slow for datagrams: skipped (" + late + " late, sent within "
                        + sendingMillis + " ms; " + row.droppedBySystem() + " dropped by the system)");
    }

    private static void allPutBackInOrder(Row row) {
        allByUdp(row);
        assertThat(row.recorder.status().datagrams().reordered())
                .as("each picture of several packets was sent in another order: %s", row)
                .isPositive();
    }

    private static void allInsideTls(Row row) {
        allInOneRun(row);
        assertThat(row.recorder.status().terms().orElseThrow().transport()).isEqualTo("rtsps");
    }

    /** The error says what the camera lacks, and which exception there is. */
    private static Expected tooOld() {
        return new Expected(row -> row.footage.gaps().contains(GapCause.CAMERA_UNREACHABLE), row -> {
            assertThat(row.footage.slices()).isEmpty();
            assertThat(String.join(" ", row.footage.details()))
                    .contains("protocol_version")
                    .contains("tls.oldVersions");
        });
    }

    /** Fragments are cut though no key picture comes. */
    private static void oneKeyPicture(Row row) {
        allInOneRun(row);
        assertThat(row.footage.slices().stream().filter(slice -> (slice.get(0) & 0x1f) == 5))
                .hasSize(1);
        assertThat(row.footage.fragments()).hasSizeGreaterThan(2);
    }

    /** H.264 7.3.3: first_mb_in_slice is 0, a single 1 bit, in one slice of four. */
    private static void fourSlicesEach(Row row) {
        allInOneRun(row);
        List<ByteBuffer> slices = row.footage.slices();
        for (int i = 0; i < slices.size() - 4; i++) {
            assertThat(slices.get(i).get(1) < 0)
                    .as("slice %d begins a picture", i)
                    .isEqualTo(i % 4 == 0);
        }
    }

    /** Another decoder reads them. */
    private static void wholeJpegPictures(Row row) {
        allInOneRun(row);
        for (ByteBuffer picture : row.footage.slices().subList(0, 3)) {
            byte[] file = new byte[picture.remaining()];
            picture.duplicate().get(file);
            try {
                BufferedImage image = ImageIO.read(new ByteArrayInputStream(file));
                assertThat(image.getWidth()).isEqualTo(640);
                assertThat(image.getHeight()).isEqualTo(360);
            } catch (IOException e) {
                throw new AssertionError(row.toString(), e);
            }
        }
    }

    private static Expected gap(GapCause cause) {
        return new Expected(
                row -> row.footage.gaps().contains(cause)
                        || row.footage.runEnds().contains(cause),
                row -> assertThat(row.footage.slices()).isEmpty());
    }

    private static boolean isBackAfterLoss(Row row) {
        return row.footage.runs().size() == 2 && slices(SOME).test(row);
    }

    private static void lostOnce(Row row) {
        assertThat(row.footage.runEnds())
                .as(row.toString())
                .containsExactly(GapCause.CONNECTION_LOST, GapCause.RECORDER_STOPPED);
    }

    /** Refused though the login had worked: no alarm, and a longer wait. */
    private static Expected busy() {
        return new Expected(row -> row.footage.gaps().contains(GapCause.CAMERA_REFUSED), row -> {
            assertThat(row.footage.slices()).isNotEmpty();
            assertThat(row.alarms).isEmpty();
            assertThat(row.footage.gaps()).doesNotContain(GapCause.LOGIN_REFUSED);
        });
    }

    private static Expected refusedLogin() {
        return new Expected(row -> row.footage.gaps().contains(GapCause.LOGIN_REFUSED), row -> {
            assertThat(row.alarms).extracting(Alarm::kind).containsExactly(Alarm.Kind.LOGIN_REFUSED);
            assertThat(row.gaps()).containsOnly(GapCause.LOGIN_REFUSED, GapCause.RECORDER_STOPPED);
        });
    }

    /** Another time or source: every picture all the same, in two runs. */
    private static Expected jumps() {
        return new Expected(slices(SOME), row -> {
            all(row);
            assertThat(row.footage.runEnds())
                    .as(row.toString())
                    .containsExactly(GapCause.TIME_JUMP, GapCause.RECORDER_STOPPED);
        });
    }

    /**
     * What the camera left out before the last packet that came is lost, no more and no less.
     *
     * @param mostDamaged of each gap: the picture behind it, whose beginning may be missing, and the one cut short where there
     *     is one
     */
    private static Expected losing(int mostDamaged) {
        return new Expected(slices(SOME), row -> {
            CameraStatus status = row.recorder.status();
            long gaps = row.wire.gaps(status.packets());
            assertThat(gaps).as(row.toString()).isGreaterThan(2);
            assertThat(status.lostPackets()).as(row.toString()).isEqualTo(row.wire.leftOut(status.packets()));
            // The picture behind the last gap may not have been whole when the recorder was stopped.
            assertThat(status.damagedAccessUnits()).as(row.toString()).isBetween(gaps - 1, mostDamaged * gaps + 1);
            assertThat(status.sessions()).isOne();
            allButEachTenth(row);
            assertThat(row.footage.isDamaged()).isTrue();
            assertThat(row.footage.runEnds()).containsExactly(GapCause.RECORDER_STOPPED);
        });
    }

    /** Byte for byte, but for each tenth picture: of that the beginning may be there, and no more. */
    private static void allButEachTenth(Row row) {
        List<ByteBuffer> recorded = row.footage.slices();
        int at = 0;
        for (int n = 0; at < recorded.size() - 2; n++) {
            ByteBuffer sent = row.slice(n);
            ByteBuffer kept = recorded.get(at);
            if (n % 10 != 9) {
                assertThat(kept).as("picture %d: %s", n, row).isEqualTo(sent);
                at++;
            } else if (kept.remaining() < sent.remaining() && kept.equals(sent.slice(0, kept.remaining()))) {
                at++;
            }
        }
    }

    private static void clockIn1970(Row row) {
        allInOneRun(row);
        assertThat(row.footage.fragments())
                .as("fifty years behind")
                .anyMatch(f -> f.cameraOffsetMicros() != Fragment.OFFSET_UNKNOWN
                        && f.cameraOffsetMicros() < -50L * 365 * 86_400 * 1_000_000);
    }
}
