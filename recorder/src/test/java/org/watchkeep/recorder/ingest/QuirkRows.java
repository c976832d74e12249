// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.watchkeep.recorder.camera.AddressQuirk;
import org.watchkeep.recorder.camera.DialogueQuirk;
import org.watchkeep.recorder.camera.LoginQuirk;
import org.watchkeep.recorder.camera.PayloadQuirk;
import org.watchkeep.recorder.camera.Quirk;
import org.watchkeep.recorder.camera.SdpQuirk;
import org.watchkeep.recorder.camera.StreamQuirk;
import org.watchkeep.recorder.ingest.QuirksIT.Row;
import org.watchkeep.recorder.rtsp.Credentials;
import org.watchkeep.recorder.rtsp.MountAccess;
import org.watchkeep.retention.store.Fragment;
import org.watchkeep.retention.store.GapCause;

/** What {@link QuirksIT} expects of each quirk. Where nothing is said: every picture, in one run of one session. */
final class QuirkRows {
    /** Only a machine that hangs takes so long. */
    static final int LIMIT_SECONDS = 40;

    private static final Credentials WHO = new Credentials("admin", "p@ss:w/rd%#");
    private static final int SOME = 40;
    /** Three keepalives of a session that lives four seconds. */
    private static final int SIX_SECONDS = 150;

    /**
     * @param until what must come to be
     * @param then what must be so when the recorder has stopped
     */
    record Expected(Predicate<Row> until, Consumer<Row> then) {}

    private static final Map<Quirk, Expected> ROWS = rows();

    private QuirkRows() {}

    static Expected of(Quirk quirk) {
        return ROWS.getOrDefault(quirk, new Expected(slices(SOME), QuirkRows::allInOneRun));
    }

    static MountAccess access(Quirk quirk) {
        if (!(quirk instanceof LoginQuirk)) {
            return MountAccess.OPEN;
        }
        MountAccess.Scheme scheme =
                quirk == LoginQuirk.QOP_LIST ? MountAccess.Scheme.DIGEST_QOP_AUTH : MountAccess.Scheme.DIGEST;
        return new MountAccess(scheme, "camera", WHO);
    }

    static Credentials login(Quirk quirk) {
        return quirk == LoginQuirk.BANS_AFTER_FAILED_LOGINS ? new Credentials("admin", "guess") : WHO;
    }

    static String query(Quirk quirk) {
        return quirk == AddressQuirk.CONTROL_BEHIND_QUERY ? "?channel=1&subtype=0" : "";
    }

    private static Map<Quirk, Expected> rows() {
        Map<Quirk, Expected> rows = new HashMap<>();
        Expected sixSeconds = new Expected(slices(SIX_SECONDS), QuirkRows::allInOneRun);
        rows.put(DialogueQuirk.CLOSES_ON_UNKNOWN_METHOD, sixSeconds);
        rows.put(DialogueQuirk.WANTS_GET_PARAMETER, sixSeconds);
        rows.put(DialogueQuirk.NEVER_ANSWERS_KEEPALIVES, sixSeconds);
        rows.put(DialogueQuirk.KEEPALIVE_WANTS_BASE_URL, sixSeconds);
        rows.put(DialogueQuirk.SILENT_WITHOUT_KEEPALIVE, sixSeconds);
        rows.put(DialogueQuirk.REFUSES_GET_PARAMETER, sixSeconds);
        rows.put(LoginQuirk.STALE_NONCE_IN_MID_SESSION, sixSeconds);
        rows.put(LoginQuirk.NONCE_RENEWED_WITHOUT_A_WORD, sixSeconds);
        rows.put(DialogueQuirk.SILENT_AFTER_PLAY, gap(GapCause.NO_MEDIA));
        rows.put(DialogueQuirk.REFUSES_SETUP_ALWAYS, gap(GapCause.CAMERA_REFUSED));
        rows.put(AddressQuirk.REDIRECTS_IN_A_CIRCLE, gap(GapCause.CAMERA_REFUSED));
        rows.put(SdpQuirk.MPEG_TS_ONLY, gap(GapCause.CAMERA_REFUSED));
        rows.put(DialogueQuirk.DROPS_ON_GET_PARAMETER, new Expected(slices(2 * SIX_SECONDS), QuirkRows::lostOnce));
        rows.put(
                DialogueQuirk.SESSION_LOST_IN_MID_STREAM,
                new Expected(
                        row -> row.footage.runs().size() >= 2,
                        row -> assertThat(row.footage.runEnds()).startsWith(GapCause.CONNECTION_LOST)));
        rows.put(LoginQuirk.BUSY_SAID_AS_WRONG_PASSWORD, busy());
        rows.put(LoginQuirk.BANS_AFTER_FAILED_LOGINS, refusedLogin());
        rows.put(PayloadQuirk.FORBIDDEN_BIT, new Expected(slices(SOME), QuirkRows::all));
        rows.put(PayloadQuirk.ENDLESS_PICTURE, gap(GapCause.BAD_STREAM));
        rows.put(StreamQuirk.SSRC_CHANGES, jumps());
        rows.put(StreamQuirk.RTP_TIME_JUMPS, jumps());
        rows.put(StreamQuirk.RTP_TIME_STEPS_BACK, jumps());
        rows.put(StreamQuirk.NUMBERS_JUMP, new Expected(slices(SOME), QuirkRows::all));
        rows.put(StreamQuirk.LOSES_PARTS_OF_PICTURES, losing());
        rows.put(StreamQuirk.DROPS_PICTURES, losing());
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
        assertThat(row.footage.gaps()).as(row.toString()).isEmpty();
        assertThat(row.footage.isDamaged()).as("damaged: " + row).isFalse();
    }

    private static Expected gap(GapCause cause) {
        return new Expected(
                row -> row.footage.gaps().contains(cause)
                        || row.footage.runEnds().contains(cause),
                row -> assertThat(row.footage.slices()).isEmpty());
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
            assertThat(row.footage.gaps()).containsOnly(GapCause.LOGIN_REFUSED, GapCause.RECORDER_STOPPED);
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

    private static Expected losing() {
        return new Expected(slices(SOME), row -> {
            assertThat(row.recorder.status().lostPackets()).as(row.toString()).isPositive();
            assertThat(row.recorder.status().damagedAccessUnits()).isPositive();
            assertThat(row.footage.isDamaged()).isTrue();
            assertThat(row.footage.runEnds()).containsExactly(GapCause.RECORDER_STOPPED);
        });
    }

    private static void clockIn1970(Row row) {
        allInOneRun(row);
        assertThat(row.footage.fragments())
                .as("fifty years behind")
                .anyMatch(f -> f.cameraOffsetMicros() != Fragment.OFFSET_UNKNOWN
                        && f.cameraOffsetMicros() < -50L * 365 * 86_400 * 1_000_000);
    }
}
