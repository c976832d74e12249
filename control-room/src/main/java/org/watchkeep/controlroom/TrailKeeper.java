// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.controlroom;

import java.io.Closeable;
import java.io.IOException;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.watchkeep.controlroom.config.SiteConfig;
import org.watchkeep.retention.audit.Act;
import org.watchkeep.retention.audit.Actor;
import org.watchkeep.retention.audit.Checkpoint;
import org.watchkeep.retention.audit.CheckpointCopies;
import org.watchkeep.retention.audit.Fields;
import org.watchkeep.retention.audit.NewEntry;
import org.watchkeep.retention.audit.Trail;
import org.watchkeep.retention.audit.TrailException;
import org.watchkeep.retention.audit.TrailKey;
import org.watchkeep.retention.audit.TrailSettings;
import org.watchkeep.retention.audit.WitnessClient;
import org.watchkeep.retention.audit.Witnesses;
import org.watchkeep.retention.disk.Disk;
import org.watchkeep.retention.keys.MasterKeystore;
import org.watchkeep.retention.store.StoreTrail;

/**
 * The audit trail of an installation: makes it, opens it, enters starts, stops and the configuration, a footage root each
 * minute and a checkpoint each second in which entries came. One that does not open keeps nobody from recording; what must
 * be entered first is not done then. Opened and closed by one thread; its own threads do the roots and the checkpoints.
 */
final class TrailKeeper implements Closeable {
    static final String FOLDER = "trail";

    private static final Logger LOG = LoggerFactory.getLogger(TrailKeeper.class);
    private static final long ROOT_SECONDS = 60;
    private static final long CHECKPOINT_SECONDS = 1;
    private static final long CLOSE_SECONDS = 20;
    private static final Duration WITNESS_CONNECT = Duration.ofSeconds(5);

    private final Optional<Trail> trail;
    private final StoreTrail entries;
    private final InstantSource clock;
    private final Path folder;
    private final Disk disk;
    private final CheckpointCopies homes;

    /** One for the roots, which may wait for slow disks, one for the checkpoints. Begun with the recording. */
    private @Nullable ScheduledExecutorService clockwork;

    private @Nullable Witnesses witnesses;

    private boolean isStarted;
    private @Nullable LocalDate printed;

    private TrailKeeper(
            Disk disk,
            Path folder,
            CheckpointCopies homes,
            Optional<Trail> trail,
            StoreTrail entries,
            InstantSource clock) {
        this.disk = disk;
        this.folder = folder;
        this.homes = homes;
        this.trail = trail;
        this.entries = entries;
        this.clock = clock;
    }

    /** Makes the trail of a new installation; its first entry says that it begins. */
    static void create(Disk disk, Path data, MasterKeystore master, InstantSource clock) throws IOException {
        Trail.create(disk, settings(data, master, clock), Trail.DEFAULT_NAME).close();
    }

    /**
     * The keystore with a trail key in it: one from before there were trails gets it now. The trail's folder is made first, so
     * that a trail which is gone is told from one that was never begun.
     */
    static MasterKeystore keystore(Disk disk, Path data, Path keystore, char[] passphrase) throws IOException {
        MasterKeystore master = MasterKeystore.open(disk, keystore, passphrase);
        Path folder = data.resolve(FOLDER);
        if (!hasKey(master) && !Trail.isThere(disk, folder)) {
            disk.createFolders(folder);
            disk.syncFolder(data);
            return MasterKeystore.withTrailKey(disk, keystore, passphrase);
        }
        return master;
    }

    private static boolean hasKey(MasterKeystore master) {
        Optional<byte[]> seed = master.trailSeed();
        seed.ifPresent(bytes -> Arrays.fill(bytes, (byte) 0));
        return seed.isPresent();
    }

    /**
     * Never fails: a trail that does not open is an alarm, and its entries refuse.
     *
     * @param keyHomes what they have seen of the trail, it must continue
     */
    static TrailKeeper open(Disk disk, Path data, List<Path> keyHomes, MasterKeystore master, InstantSource clock) {
        Path folder = data.resolve(FOLDER);
        CheckpointCopies homes = new CheckpointCopies(disk, keyHomes);
        Trail trail = null;
        try {
            beginWhereUnmade(disk, data, master, clock);
            trail = Trail.open(disk, settings(data, master, clock));
            homes.check(trail);
            StoreTrail entries = StoreTrail.of(disk, folder, trail, user(data));
            return new TrailKeeper(disk, folder, homes, Optional.of(trail), entries, clock);
        } catch (IOException | RuntimeException e) {
            // Also of a fault of ours: whatever is wrong with the trail keeps nobody from recording.
            String why = String.valueOf(e.getMessage());
            LOG.error(
                    "ALARM audit trail: {}; recording goes on, and nothing that must be entered first is done: no"
                            + " erasing, no extracting, no change of rules or keys",
                    why);
            closeQuietly(trail);
            return new TrailKeeper(disk, folder, homes, Optional.empty(), StoreTrail.closed(why), clock);
        }
    }

    private static void closeQuietly(@Nullable Trail trail) {
        if (trail == null) {
            return;
        }
        try {
            trail.close();
        } catch (IOException e) {
            LOG.warn("audit trail: {}", e.toString());
        }
    }

    private static void beginWhereUnmade(Disk disk, Path data, MasterKeystore master, InstantSource clock)
            throws IOException {
        Path folder = data.resolve(FOLDER);
        if (Trail.isThere(disk, folder)) {
            return;
        }
        boolean wasThere = !disk.exists(folder)
                || disk.exists(folder.resolve("checkpoint"))
                || disk.exists(folder.resolve("tile"));
        if (wasThere) {
            throw new TrailException(folder + ": the trail is gone (expected: the one that " + data
                    + " was made with); bring it back from a copy");
        }
        create(disk, data, master, clock);
        LOG.warn("this installation had no audit trail: it begins now, and says nothing of what was done before");
    }

    /** Until people are registered: the user of the machine that the recorder runs as, to whom all commands belong. */
    private static Actor user(Path data) {
        try {
            return Files.getAttribute(data, "unix:uid") instanceof Integer uid ? Actor.osUser(uid) : Actor.MACHINE;
        } catch (IOException | UnsupportedOperationException | IllegalArgumentException e) {
            LOG.warn("the number of the user who acts is not known, the machine stands for them: {}", e.toString());
            return Actor.MACHINE;
        }
    }

    private static TrailSettings settings(Path data, MasterKeystore master, InstantSource clock) throws IOException {
        byte[] seed = master.trailSeed()
                .orElseThrow(
                        () -> new TrailException(
                                "the keystore has no trail key (expected: the one of this trail); restore it from the keys backup"));
        try {
            return new TrailSettings(
                    data.resolve(FOLDER),
                    TrailKey.ofSeed(seed),
                    clock,
                    alarm -> LOG.error("ALARM audit trail: {}", alarm));
        } finally {
            Arrays.fill(seed, (byte) 0);
        }
    }

    /** Where everything is entered. */
    StoreTrail entries() {
        return entries;
    }

    /** Enters what has been done already and could not wait for its entry. */
    void note(Act act, Fields data) {
        try {
            entries.enter(NewEntry.of(act, entries.people(), data));
        } catch (IOException e) {
            LOG.error("ALARM audit trail: {} is done and not entered: {}", act, e.toString());
        }
    }

    /** The recorder starts: enters it, what the start before left open, and what of the configuration is new. */
    void recording(SiteConfig site) {
        if (trail.isEmpty()) {
            return;
        }
        try {
            SiteEntries start = new SiteEntries(disk, folder, trail.get(), entries);
            start.started(BuiltVersion.text());
            isStarted = true;
            start.configured(site);
        } catch (IOException | RuntimeException e) {
            LOG.error("ALARM audit trail: the start, or its configuration, is not entered: {}", e.toString());
        }
        ScheduledExecutorService works = Executors.newScheduledThreadPool(2, work -> new Thread(work, "trail-keeper"));
        clockwork = works;
        var roots = works.scheduleWithFixedDelay(this::enterRoot, 0, ROOT_SECONDS, TimeUnit.SECONDS);
        var checkpoints = works.scheduleWithFixedDelay(this::sign, 0, CHECKPOINT_SECONDS, TimeUnit.SECONDS);
        LOG.debug("footage roots {}, checkpoints {}", roots, checkpoints);
        if (!site.witnesses().isEmpty()) {
            witnesses = witnesses(trail.get(), site.witnesses());
            witnesses.start();
        }
    }

    private Witnesses witnesses(Trail of, List<SiteConfig.Witness> configured) {
        HttpClient http =
                HttpClient.newBuilder().connectTimeout(WITNESS_CONNECT).build();
        List<WitnessClient> clients = configured.stream()
                .map(witness -> new WitnessClient(http, witness.url(), witness.key()))
                .toList();
        return new Witnesses(of, disk, folder, clients);
    }

    private void enterRoot() {
        if (trail.isEmpty()) {
            return;
        }
        try {
            entries.enterRoot(clock.instant());
        } catch (IOException | RuntimeException e) {
            LOG.error("ALARM audit trail: no footage root, it is tried again: {}", e.toString());
        }
        try {
            homes.keep(trail.get(), trail.get().checkpoint());
        } catch (IOException | RuntimeException e) {
            LOG.error("ALARM audit trail: no checkpoint could be signed: {}", e.toString());
        }
    }

    private void sign() {
        if (trail.isEmpty()) {
            return;
        }
        try {
            print(trail.get().checkpoint());
        } catch (IOException | RuntimeException e) {
            LOG.error("ALARM audit trail: no checkpoint could be signed: {}", e.toString());
        }
    }

    /** Once a day, for paper (audit.md 6). */
    private void print(Checkpoint signed) {
        LocalDate today = LocalDate.ofInstant(clock.instant(), ZoneOffset.UTC);
        if (!today.equals(printed)) {
            printed = today;
            LOG.info("for the shift log: {}", signed.paperLine(today));
            snapshot();
        }
    }

    private void snapshot() {
        try {
            entries.snapshot();
        } catch (IOException e) {
            LOG.warn("audit trail: what was folded is not kept, the next start reads it again: {}", e.toString());
        }
    }

    /** After the store: enters its last root, the stop, and signs. */
    @Override
    public void close() throws IOException {
        if (trail.isEmpty()) {
            return;
        }
        try (Trail ending = trail.get()) {
            stopWorking();
            entries.settleLast();
            enterStop(ending);
            signLast(ending);
            snapshot();
        }
    }

    private void signLast(Trail ending) {
        try {
            homes.keep(ending, ending.lastOfAll());
        } catch (IOException | RuntimeException e) {
            LOG.error("ALARM audit trail: what was entered last is not signed yet: {}", e.toString());
        }
    }

    /** All that was recorded is safe by then: a trail that takes nothing fails no stop, the next start says so. */
    private void enterStop(Trail ending) {
        if (!isStarted) {
            return;
        }
        try {
            entries.enterLastRoot(clock.instant());
            ending.append(NewEntry.byMachine(Act.MACHINE_STOPPED, Fields.NONE.with("cause", "in-order")));
        } catch (IOException | RuntimeException e) {
            LOG.error("ALARM audit trail: the stop is not entered, the next start will miss it: {}", e.toString());
        }
    }

    private void stopWorking() {
        if (witnesses != null) {
            witnesses.close();
        }
        ScheduledExecutorService works = clockwork;
        if (works == null) {
            return;
        }
        works.shutdown();
        try {
            if (!works.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS)) {
                LOG.warn("audit trail: a footage root is still being entered at the stop");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** The clock of the store, as the trail reads it. */
    static Instant instant(long utcMicros) {
        return Instant.ofEpochSecond(
                Math.floorDiv(utcMicros, 1_000_000L), Math.floorMod(utcMicros, 1_000_000L) * 1_000);
    }
}
