// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.simulate;

import java.io.Closeable;
import java.io.IOException;
import java.time.Instant;
import java.time.ZoneId;
import java.time.zone.ZoneOffsetTransition;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.watchkeep.retention.disk.RealDisk;
import org.watchkeep.retention.store.GapCause;
import org.watchkeep.retention.store.StoreSettings;
import org.watchkeep.retention.store.StreamId;

/**
 * Days of a site: every hour each camera records a little, loses its camera, and is compared with the truth; every day the
 * recorder stops and starts, UTC is put right, holds come and go; now and then UTC is far off. All of it is told by the
 * number of the hour, so that two runs are the same. One thread.
 */
public final class Simulation implements Closeable {
    private static final long SECOND = TimeUnit.SECONDS.toMicros(1);
    private static final long MINUTE = TimeUnit.MINUTES.toMicros(1);
    private static final long HOUR = TimeUnit.HOURS.toMicros(1);
    private static final long DAY = TimeUnit.DAYS.toMicros(1);

    /** Footage that is written in an hour, with the padding of its blocks; measured. */
    private static final long HOURLY_BYTES_A_CAMERA = 16 << 10;

    private static final long HOURLY_BYTES = 240 << 10;

    /** A ring comes round several times a month. */
    private static final long REEL_BYTES = 512 << 10;

    private static final String LONG_CLASS = "ordinary";
    private static final int LONG_DAYS = 31;
    private static final String SHORT_CLASS = "brief";
    private static final int SHORT_DAYS = 2;

    /** What UTC is set to be off by, one after the other: no age may be believed of any. */
    private static final List<Long> WRONG_UTC =
            List.of(45 * DAY, -365 * DAY, -31 * DAY, 31 * DAY + 2 * HOUR, 400 * DAY, -3 * MINUTE);

    /** A wrong clock stays so for two hours. */
    private static final long WRONG_HOURS = 2;

    /** After the restart of the day: it fails under a running recorder, which is started once without it and once with it. */
    private static final int HOUR_OF_LOSS = 3;

    private static final long LOST_HOURS = 48;

    /** So that it is back before the end. */
    private static final int LEAST_DAYS_FOR_LOSS = 6;

    /** See {@link SimulatedTime#BEGIN}. */
    static final ZoneId ZONE = ZoneId.of("Africa/Casablanca");

    private static final List<GapCause> TROUBLES =
            List.of(GapCause.CAMERA_UNREACHABLE, GapCause.NO_MEDIA, GapCause.CONNECTION_LOST);

    private final SimulationSettings settings;
    private final Consumer<String> tell;
    private final SimulatedTime time = new SimulatedTime();
    private final long begin = time.trueMicros();
    private final List<CameraTruth> cameras = new ArrayList<>();
    private final List<HoldTruth> holds = new ArrayList<>();
    private final Counters counters;
    private final Checker checker;
    private final Fleet fleet;
    private final Site.Ground ground;
    private final LosableDisk disk = new LosableDisk(new RealDisk());
    private final HoldingPeople people;
    private Site site;
    private long hoursChecked;

    /** When UTC is put right again; 0 while it is right. */
    private long wrongUntil;

    private @Nullable List<Feed> straddling;
    private boolean isVolumeLost;

    private Simulation(SimulationSettings settings, Consumer<String> tell) throws IOException {
        this.settings = settings;
        this.tell = tell;
        this.counters = new Counters(tell);
        for (int i = 0; i < settings.cameras(); i++) {
            StreamId stream = StreamId.main(String.format(Locale.ROOT, "camera-%03d", i + 1));
            boolean isBrief = i % 4 == 0;
            cameras.add(new CameraTruth(stream, isBrief ? SHORT_CLASS : LONG_CLASS, isBrief ? SHORT_DAYS : LONG_DAYS));
        }
        this.checker = new Checker(time, cameras, holds, counters);
        this.fleet = new Fleet(cameras, time);
        this.people = new HoldingPeople(cameras, holds, checker);
        this.ground = Site.make(disk, store(), time, settings.sabotage(), REEL_BYTES);
        this.site = open();
    }

    /**
     * Runs a simulation.
     *
     * @param tell hears of each day, and of the first findings of each kind
     */
    public static SimulationReport run(SimulationSettings settings, Consumer<String> tell) throws IOException {
        try (Simulation simulation = new Simulation(settings, tell)) {
            return simulation.run();
        }
    }

    private StoreSettings store() {
        long longest = Math.min(settings.days(), LONG_DAYS) + 1L;
        long bytes = longest * 24 * (settings.cameras() * HOURLY_BYTES_A_CAMERA + HOURLY_BYTES);
        long reels = Math.max(24, bytes / 2 / REEL_BYTES);
        return new StoreSettings(
                settings.folder(),
                List.of(volume("v1", reels), volume("v2", reels)),
                List.of(
                        new StoreSettings.ClassSettings(LONG_CLASS, LONG_DAYS, "simulated"),
                        new StoreSettings.ClassSettings(SHORT_CLASS, SHORT_DAYS, "simulated")));
    }

    private StoreSettings.VolumeSettings volume(String id, long reels) {
        return new StoreSettings.VolumeSettings(id, settings.folder().resolve(id), reels * REEL_BYTES);
    }

    private Site open() throws IOException {
        Site opened = Site.open(ground, fleet::acknowledged);
        Map<StreamId, String> classes = new LinkedHashMap<>();
        cameras.forEach(camera -> classes.put(camera.stream, camera.classId));
        opened.store.store().configure(classes);
        fleet.into(opened.store);
        return opened;
    }

    // ---- a day ----------------------------------------------------------------------------------------------------

    private SimulationReport run() throws IOException {
        long hours = settings.days() * 24L;
        for (long hour = 0; hoursChecked < hours; hour++) {
            hour(hour);
            if (hour % 24 == 23) {
                tell.accept("day " + (hour / 24 + 1) + ", " + time.utc() + ": " + holds.size() + " holds");
            }
        }
        checker.lookAtAll(site.store);
        long now = time.trueMicros();
        return new SimulationReport(
                hoursChecked,
                counters.readableBeyondLimit(),
                counters.erasedBeforeLimit(),
                counters.heldLost(),
                counters.unaccountedSeconds(),
                Counters.seconds(
                        cameras.stream().mapToLong(CameraTruth::recordedMicros).sum()),
                Counters.seconds(cameras.stream()
                        .mapToLong(camera -> camera.expiredMicros(now))
                        .sum()),
                people.placed());
    }

    private void hour(long number) throws IOException {
        long from = begin + number * HOUR;
        if (reach(from + SECOND / 5)) {
            endStraddling(number);
            look();
        }
        if (reach(from + 5 * MINUTE)) {
            stretch(fleet.which(i -> true), 2, number);
        }
        if (time.trueMicros() <= from + 20 * MINUTE) {
            time.passUntil(from + 20 * MINUTE);
            look(); // before anybody erases: readers refuse by themselves
            site.store.keepHouse();
        }
        if (reach(from + 25 * MINUTE)) {
            happen(number);
        }
        if (reach(from + 30 * MINUTE)) {
            stretch(fleet.which(i -> (i + number) % 2 == 0), 3, number);
        }
        if (reach(from + 45 * MINUTE)) {
            look();
            people.round(site, number, time.trueMicros());
            volumes(number);
            site.keepTrail();
            hoursChecked++;
        }
        if (reach(from + 58 * MINUTE + 20 * SECOND)) {
            beginStraddling(number);
        }
    }

    /** False where the machine was off then; else the keeper has done its round. */
    private boolean reach(long trueMicros) {
        if (time.trueMicros() > trueMicros) {
            return false;
        }
        time.passUntil(trueMicros);
        site.store.keepHouse();
        return true;
    }

    private void look() throws IOException {
        checker.look(site.store);
    }

    // ---- recording ------------------------------------------------------------------------------------------------

    /** Some cameras come, send fragments of twenty seconds, and go. */
    private void stretch(List<Feed> some, int fragments, long hour) {
        if (some.isEmpty()) {
            return;
        }
        fleet.begin(some);
        if (settings.sabotage() == Sabotage.LOSE_SECOND && hour == 12 && fragments == 2) {
            some.get(0).loseOfNext(SECOND);
        }
        for (int i = 0; i < fragments; i++) {
            record(some);
        }
        fleet.end(some, TROUBLES.get((int) (hour % TROUBLES.size())));
    }

    /** Twenty seconds, after which the keeper has done its rounds. */
    private void record(List<Feed> some) {
        time.pass(20, TimeUnit.SECONDS);
        fleet.record(some);
        site.store.keepHouse();
    }

    /** Some cameras record over the hour, into the next epoch. */
    private void beginStraddling(long hour) {
        List<Feed> some = fleet.which(i -> (i + hour) % 3 == 0);
        straddling = some;
        if (some.isEmpty()) {
            return;
        }
        fleet.begin(some);
        for (int i = 0; i < 4; i++) {
            record(some);
        }
    }

    private void endStraddling(long hour) {
        List<Feed> some = straddling;
        straddling = null;
        if (some == null || some.isEmpty()) {
            return;
        }
        for (int i = 0; i < 2; i++) {
            record(some);
        }
        fleet.end(some, TROUBLES.get((int) (hour % TROUBLES.size())));
    }

    // ---- what happens ---------------------------------------------------------------------------------------------

    private void happen(long number) throws IOException {
        long day = number / 24;
        int hour = (int) (number % 24);
        if (wrongUntil != 0 && number >= wrongUntil) {
            wrongUntil = 0;
            setUtc(0);
        }
        long change = changeOfClocks(time.trueMicros());
        if (change != 0) {
            // Somebody sets the machine by the clock on the wall.
            wrongUntil = number + WRONG_HOURS;
            setUtc(change);
        }
        if (day % 4 == 1 && hour == 14) {
            wrongUntil = number + WRONG_HOURS;
            setUtc(WRONG_UTC.get((int) (day / 4 % WRONG_UTC.size())));
        }
        if (hour == 11) {
            setUtc(0); // NTP makes up for what it lost
        }
        if (hour == 3) {
            restart(number);
            checker.lookAtAll(site.store);
        }
    }

    private void setUtc(long offMicros) {
        time.setUtcOff(offMicros);
        site.store.keepHouse();
    }

    /** In the middle of the days one volume's disk goes; after two days it is there again at a start. */
    private void volumes(long number) {
        if (settings.days() >= LEAST_DAYS_FOR_LOSS && number == loss()) {
            StoreSettings.VolumeSettings gone = ground.settings().volumes().get(1);
            isVolumeLost = true;
            disk.lose(gone.path());
            checker.volumeIsLost(gone.id());
            tell.accept("volume " + gone.id() + " is gone");
        }
    }

    private long loss() {
        return settings.days() / 2 * 24L + HOUR_OF_LOSS;
    }

    /** Before a start. */
    private void bringVolumeBack(long number) {
        if (isVolumeLost && number >= loss() + LOST_HOURS) {
            isVolumeLost = false;
            disk.lose(null);
            checker.volumeIsLost(null);
            tell.accept("the volume is there again");
        }
    }

    /** By how much local time went on or back in the hour before; 0 mostly. */
    private static long changeOfClocks(long trueMicros) {
        Instant now = SimulatedTime.instant(trueMicros);
        ZoneOffsetTransition before = ZONE.getRules().previousTransition(now);
        return before != null && before.getInstant().isAfter(now.minusSeconds(TimeUnit.HOURS.toSeconds(1)))
                ? TimeUnit.SECONDS.toMicros(before.getDuration().toSeconds())
                : 0;
    }

    /** The process alone, the machine, the machine for longer; a machine whose clock is wrong is not switched off. */
    private void restart(long number) throws IOException {
        long day = number / 24;
        fleet.close(GapCause.RECORDER_STOPPED);
        site.close();
        if (day % 3 == 0 || time.isUtcWrong()) {
            time.pass(4, TimeUnit.SECONDS);
        } else if (day % 20 == 10) {
            time.boot(3 * HOUR);
        } else {
            time.boot(day % 3 == 1 ? 90 * SECOND : 22 * MINUTE);
        }
        bringVolumeBack(number);
        site = open();
        site.store.keepHouse();
    }

    @Override
    public void close() throws IOException {
        try (fleet) {
            fleet.close(GapCause.RECORDER_STOPPED);
            site.close();
        }
    }
}
