// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.media;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.watchkeep.recorder.media.ClockedCamera.Event;
import org.watchkeep.recorder.media.ClockedCamera.Happening;
import org.watchkeep.recorder.media.ClockedCamera.Reports;
import org.watchkeep.recorder.media.ClockedCamera.Start;
import org.watchkeep.retention.store.GapCause;

/**
 * Hours of a camera at 25 pictures a second, with time moved by hand: each picture is there once, every run is as long as its
 * pictures, each fragment says when it was taken on our clock and on the camera's.
 */
class TwelveHoursTest {
    private static final int HOUR = 3_600 * ClockedCamera.PICTURES_PER_SECOND;
    /** Apart enough for each to be over before the next. */
    private static final int APART = 90 * ClockedCamera.PICTURES_PER_SECOND;

    @ParameterizedTest
    @CsvSource({"0", "200", "-200"})
    void onRtp_crystalOff_keepsBothClocks(int ppm) throws Exception {
        ClockLedger ledger = play(3, ppm, Reports.REGULAR, 0, 0);
        assertThat(ledger.fragmentsWithOffset).isEqualTo(ledger.fragments);
    }

    @ParameterizedTest
    @EnumSource(Happening.class)
    void onRtp_eachHappening_losesAndStretchesNothing(Happening happening) throws Exception {
        play(2, 200, Reports.REGULAR, 0, 5, happening);
    }

    @ParameterizedTest
    @EnumSource(Reports.class)
    void onRtp_senderReports_cameraTimeWhereTheyHold(Reports reports) throws Exception {
        ClockLedger ledger = play(1, -200, reports, 0, 3, Happening.SOURCE_CHANGES);
        assertThat(ledger.fragmentsWithOffset == 0).isEqualTo(reports == Reports.NONE);
    }

    /** What the camera had in store comes at once, and was taken before we called. */
    @ParameterizedTest
    @CsvSource({"500", "3000", "10000"})
    void onRtp_oldPicturesAtConnect_standWhereTheyWereTaken(long millis) throws Exception {
        play(1, 0, Reports.REGULAR, millis * 1_000_000, 0);
    }

    /** The wrap of RTP time is within the twelve hours, or behind one of the steps; each source begins anywhere in 32 bits. */
    @Test
    void onRtp_twelveHoursOfAllTogether_losesAndStretchesNothing() throws Exception {
        int ppm = new Random().nextBoolean() ? 200 : -200;
        ClockLedger ledger = play(12, ppm, Reports.PAUSED, 3_000_000_000L, 6, Happening.values());
        assertThat(ledger.ends).containsOnly(GapCause.TIME_JUMP);
    }

    private static ClockLedger play(
            int hours, int ppm, Reports reports, long burstNanos, int times, Happening... happenings) throws Exception {
        long seed = new Random().nextLong();
        System.out.println("TwelveHoursTest seed " + seed);
        Random random = new Random(seed);
        ClockedCamera camera = new ClockedCamera(seed, hours * HOUR, ppm, reports, burstNanos);
        ClockLedger ledger = new ClockLedger(camera);
        VideoTrack track = VideoCodec.H264.track(
                TrackHarness.settings(
                        Map.of("sprop-parameter-sets", TrackHarness.sprop()), new SlabPool(), Long.MIN_VALUE),
                ledger);
        List<Event> events = events(random, hours * HOUR, times, happenings);
        camera.play(events, track);
        ledger.finish();
        assertThat(ledger.recorded).isEqualTo(camera.pictures - camera.skipped.size());
        assertThat(ledger.lastPicture).isEqualTo(camera.pictures - 1);
        assertThat(ledger.firsts).as("runs").hasSameSizeAs(camera.starts);
        for (int i = 0; i < camera.starts.size(); i++) {
            Start start = camera.starts.get(i);
            assertThat(ledger.firsts.get(i)).isBetween(start.from(), start.to());
        }
        assertThat(track.statistics().lostPackets()).isZero();
        return ledger;
    }

    private static List<Event> events(Random random, int pictures, int times, Happening... happenings) {
        int slots = pictures / APART;
        List<Integer> free = new ArrayList<>();
        for (int slot = 1; slot < slots - 1; slot++) {
            free.add(slot);
        }
        List<Event> events = new ArrayList<>();
        for (Happening happening : happenings) {
            for (int i = 0; i < times; i++) {
                int slot = free.remove(random.nextInt(free.size()));
                events.add(new Event(slot * APART + random.nextInt(APART / 3), happening));
            }
        }
        events.sort(Comparator.comparingInt(Event::picture));
        return events;
    }
}
