// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.watchkeep.retention.disk.FakeDisk;
import org.watchkeep.retention.disk.FakeFaults.Operation;
import org.watchkeep.retention.disk.PowerCut;
import org.watchkeep.retention.hold.Hold;
import org.watchkeep.retention.hold.HoldId;
import org.watchkeep.retention.policy.PolicyException;

/**
 * A machine with a store on a failing disk, and what is true of both: time as it really passes, whatever the wall clock
 * says; what was recorded and when; what is held; for how many days footage may be kept. One thread.
 */
final class RetentionWorld implements AutoCloseable {
    static final List<StreamId> CAMERAS = List.of(StreamId.main("gate"), StreamId.main("hall"), StreamId.main("yard"));
    static final int LONG_DAYS = 31;
    static final int SHORT_DAYS = 10;
    private static final int REELS = 14;
    private static final long REEL_BYTES = 1 << 20;
    private static final long SEEN_MICROS = TimeUnit.MINUTES.toMicros(1);
    private static final Operation[] EVERYTHING = Operation.values();
    private static final Operation[] WRITING = {Operation.WRITE, Operation.SYNC, Operation.CREATE, Operation.ALLOCATE};

    /** A second of a camera that was handed to the store. */
    static final class Piece {
        final StoreRig.Acknowledged name;

        /** In true time, microseconds since the world began. */
        final long from;

        final long to;

        /** Null until it is acknowledged: such a second may be lost, for a reason that is told. */
        @Nullable
        Digest digest;

        /** By the clock on the wall when it was recorded, right or wrong; null until it was seen listed. */
        @Nullable
        Instant start;

        @Nullable
        Instant end;

        String volume = "";
        long serial;

        /** Its hour was due once, by the days that were in force: since then nothing but a hold keeps it. */
        boolean wasDue;

        /** It was rightly not there once: overwritten in its turn, or erased. */
        boolean isGone;

        Piece(StoreRig.Acknowledged name, long from, long to) {
            this.name = name;
            this.from = from;
            this.to = to;
        }

        boolean isIn(Span span) {
            Instant begins = start;
            Instant ends = end;
            return begins != null
                    && ends != null
                    && name.stream().equals(span.stream)
                    && begins.isBefore(span.to)
                    && span.from.isBefore(ends);
        }

        @Override
        public String toString() {
            return name + " of " + start + " on " + volume + " reel " + serial;
        }
    }

    /** What a hold keeps, by the clock on the wall. */
    record Span(StreamId stream, Instant from, Instant to) {}

    final TestClock clock = new TestClock();
    final Map<StoreRig.Acknowledged, Piece> pieces = new LinkedHashMap<>();
    final Map<HoldId, Span> holds = new LinkedHashMap<>();
    final Set<StreamId> running = new LinkedHashSet<>();
    final List<String> acts = new ArrayList<>();
    private final Map<String, Long> bootedAt = new HashMap<>();
    private final Path folder;
    private final StoreSettings longer;
    private final StoreSettings shorter;
    private FakeDisk disk = new FakeDisk().tearSectors();
    private @Nullable HoldingRig rig;
    private @Nullable TestTrail trail;

    /** True time in microseconds. */
    private long elapsed;

    /** How far off the wall clock is. */
    private long offMicros;

    /** In the configuration; fewer than are in force wait for two people. */
    private int configuredDays = LONG_DAYS;

    /** In force. */
    private int days = LONG_DAYS;

    /** Fewer days are being put in force: nobody knows if the power goes now. */
    private boolean isLowering;

    private boolean isHomeAway;
    private @Nullable String lostVolume;
    private int boots = 1;
    private boolean wasClockWrong;

    RetentionWorld(Path folder) throws IOException {
        this.folder = folder;
        this.longer = new StoreSettings(
                folder,
                StoreRig.settings(folder, 2, REELS, StoreRig.CLASS).volumes(),
                List.of(new StoreSettings.ClassSettings(StoreRig.CLASS, LONG_DAYS, "as the code of practice says")));
        this.shorter = new StoreSettings(
                folder,
                longer.volumes(),
                List.of(new StoreSettings.ClassSettings(StoreRig.CLASS, SHORT_DAYS, "shorter will do")));
        SmallReels.init(disk, folder, clock, 2, REELS, REEL_BYTES);
        clock.witnessed(true);
        bootedAt.put(clock.bootId(), -BootBook.micros(clock.monoNanos()));
        open();
    }

    // ---- time -----------------------------------------------------------------------------------------------------

    long elapsed() {
        return elapsed;
    }

    /**
     * Both clocks are moved one after the other, which no real ones are: whoever reads them in between is told by no witness
     * that he is right.
     */
    void pass(Duration time) {
        clock.witnessed(false);
        boolean isHourOver = rig != null && !disk.isDead() && time.compareTo(Duration.ofHours(1)) >= 0;
        long epoch = isHourOver ? rig().rig.recordingEpoch() : 0;
        clock.pass(time.toNanos() / 1_000, TimeUnit.MICROSECONDS);
        elapsed += time.toNanos() / 1_000;
        believed();
        if (isHourOver) {
            // No recorder sleeps for an hour and then writes on before its keeper has looked at the clock.
            await("the next epoch", () -> rig().rig.recordingEpoch() > epoch);
        }
    }

    /** Somebody sets the clock on the wall; no witness agrees with a wrong one. */
    void setOff(Duration by) {
        long micros = by.toNanos() / 1_000;
        boolean isSeen = rig != null && !disk.isDead() && Math.abs(micros - offMicros) > SEEN_MICROS;
        long epoch = isSeen ? rig().rig.recordingEpoch() : 0;
        clock.witnessed(false);
        clock.step(micros - offMicros, TimeUnit.MICROSECONDS);
        offMicros = micros;
        wasClockWrong |= micros != 0;
        believed();
        if (isSeen) {
            // A step ends the epoch; what is recorded in the half second before the keeper has seen it is not looked at
            // here.
            await("the next epoch", () -> rig().rig.recordingEpoch() > epoch);
        }
    }

    /** The store has read the clocks as they are now; then the witness agrees, where they are right. */
    private void believed() {
        HoldingRig now = rig;
        if (now != null && !disk.isDead()) {
            ((Erasures) now.store.retention()).tick();
        }
        clock.witnessed(offMicros == 0);
    }

    long offMicros() {
        return offMicros;
    }

    boolean isClockRight() {
        return offMicros == 0;
    }

    /** When, in true time, the recorder's own clock showed this. */
    long elapsed(Moment own) {
        Long base = bootedAt.get(rig().rig.boot(own));
        if (base == null) {
            throw new AssertionError("a boot that never was: " + own);
        }
        return base + own.ownMicros();
    }

    long limitMicros() {
        return TimeUnit.DAYS.toMicros(days);
    }

    int days() {
        return days;
    }

    /** Counts from the next start. */
    void configure(int now) {
        configuredDays = now;
    }

    /** Two people put in force what is configured. */
    void lower() throws IOException, PolicyException {
        isLowering = true;
        rig().store.retention().lower(StoreRig.CLASS, configuredDays, "1001", "1002");
        days = configuredDays;
        isLowering = false;
    }

    private void daysAreInForce() {
        int inForce = rig().store.retention().status().classes().get(0).days();
        boolean isRaised = configuredDays > days;
        if (inForce != (isRaised ? configuredDays : days) && !(isLowering && inForce == configuredDays)) {
            throw new AssertionError(inForce + " days are in force, " + days + " were, configured " + configuredDays);
        }
        days = inForce;
        isLowering = false;
    }

    // ---- the store ------------------------------------------------------------------------------------------------

    HoldingRig rig() {
        HoldingRig now = rig;
        if (now == null) {
            throw new IllegalStateException("the store is closed");
        }
        return now;
    }

    FakeDisk disk() {
        return disk;
    }

    StoreSettings settings() {
        return configuredDays == LONG_DAYS ? longer : shorter;
    }

    Path folder() {
        return folder;
    }

    void open() throws IOException {
        StoreSettings settings = settings();
        strike();
        TestTrail opened = TestTrail.open(disk, settings.folder(), clock);
        trail = opened;
        Map<StreamId, String> classes = new LinkedHashMap<>();
        CAMERAS.forEach(camera -> classes.put(camera, StoreRig.CLASS));
        HoldingRig now = new HoldingRig(disk, settings, clock, opened.entries(), classes);
        rig = now;
        daysAreInForce();
        await("the index is whole", () -> !now.store.isIndexBehind());
        now.holds.goOn();
        // Where the clock was wrong once, which epochs a hold reached is reckoned otherwise later: such keys stay, and
        // are told.
        if (!now.alarms.isEmpty() && !wasClockWrong) {
            throw new AssertionError("alarms at a start: " + now.alarms);
        }
    }

    /** Waits for what the store's own threads bring about; the keeper has a round for each look. A dead disk ends it. */
    void await(String what, BooleanSupplier isSo) {
        HoldingRig now = rig();
        StoreRig.await(what, () -> {
            now.store.keeper().wake();
            return disk.isDead() || isSo.getAsBoolean();
        });
        if (disk.isDead()) {
            throw new PowerCut("while waiting: " + what);
        }
    }

    /** A clean stop and a start; the time it was off, and whether the machine was too. */
    void restart(Duration off, boolean isMachine, boolean losesIndex) throws IOException {
        running.clear();
        heal();
        learn();
        rig().close();
        closeTrail();
        between(off, isMachine, losesIndex);
        open();
    }

    /** After a cut or a kill: what the dead process still does fails, and a new one starts. */
    void recover(Duration off, boolean isMachine, boolean losesIndex) throws IOException {
        running.clear();
        lostVolume = null;
        HoldingRig dead = rig;
        if (dead != null) {
            learn(dead);
            dead.abandon();
            learn(dead);
        }
        TestTrail gone = trail;
        if (gone != null) {
            gone.abandon();
        }
        rig = null;
        trail = null;
        disk = disk.restart();
        between(off, isMachine, losesIndex);
        open();
        adopt();
    }

    private void between(Duration off, boolean isMachine, boolean losesIndex) throws IOException {
        pass(off);
        if (isMachine) {
            boots++;
            clock.reboot("boot-" + boots);
            bootedAt.put(clock.bootId(), elapsed - BootBook.micros(clock.monoNanos()));
        }
        if (losesIndex) {
            FootageStore.deleteIndex(longer);
        }
    }

    private void closeTrail() throws IOException {
        TestTrail open = trail;
        if (open != null) {
            open.close();
        }
        rig = null;
        trail = null;
    }

    /** What was acknowledged since. */
    void learn() {
        learn(rig());
    }

    private void learn(HoldingRig from) {
        from.rig.acknowledged.forEach((name, digest) -> {
            Piece piece = pieces.get(name);
            if (piece != null && piece.digest == null) {
                piece.digest = digest;
            }
        });
    }

    /** Of an act that the cut fell into only the register can say whether it was done. */
    private void adopt() {
        Map<HoldId, Hold> inForce = new HashMap<>();
        rig().register.holds().stream().filter(Hold::isActive).forEach(hold -> inForce.put(hold.id(), hold));
        Set<HoldId> ended = new LinkedHashSet<>(holds.keySet());
        ended.removeAll(inForce.keySet());
        if (!uncertain.containsAll(ended)) {
            throw new AssertionError("holds that nobody released are not in force: " + ended);
        }
        holds.keySet().removeAll(ended);
        inForce.forEach((id, hold) -> {
            if (!holds.containsKey(id)) {
                Span asked = beingPlaced;
                StreamId stream = hold.span().streams().iterator().next();
                if (asked == null || !asked.stream.equals(stream)) {
                    throw new AssertionError("a hold that nobody placed: " + hold);
                }
                holds.put(id, new Span(stream, hold.span().from(), hold.span().to()));
            }
        });
        uncertain.clear();
        beingPlaced = null;
    }

    /** A hold that is being placed, and those being released: nobody knows if the power goes now. */
    @Nullable
    Span beingPlaced;

    final Set<HoldId> uncertain = new LinkedHashSet<>();

    // ---- faults ---------------------------------------------------------------------------------------------------

    /** From now on nothing can be read of the second key home, or written to it. */
    void loseHome() {
        isHomeAway = true;
        strike();
    }

    void homeIsBack() {
        isHomeAway = false;
        strike();
    }

    boolean isHomeAway() {
        return isHomeAway;
    }

    /** From now on nothing can be written to this volume. */
    void loseVolume(String id) {
        lostVolume = id;
        strike();
    }

    boolean isVolumeLost() {
        return lostVolume != null;
    }

    /** The volume takes writes again; the store asks it after a while. */
    void heal() {
        lostVolume = null;
        strike();
        rig().rig.pace.skip(11, TimeUnit.SECONDS);
    }

    private void strike() {
        disk.faults().heal();
        if (isHomeAway) {
            disk.faults().failPath(folder.resolve("home-b"), EVERYTHING);
        }
        if (lostVolume != null) {
            disk.faults().failPath(folder.resolve(lostVolume), WRITING);
        }
    }

    /** What ends a life, whatever state it is in. */
    @Override
    public void close() throws IOException {
        HoldingRig last = rig;
        if (last == null) {
            return;
        }
        if (!disk.isDead()) {
            disk.kill(); // what else is planned for it is of no interest any more
        }
        last.abandon();
        TestTrail open = trail;
        if (open != null) {
            open.abandon();
        }
    }
}
