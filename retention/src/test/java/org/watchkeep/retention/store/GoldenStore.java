// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;
import org.watchkeep.retention.disk.RealDisk;
import org.watchkeep.retention.hold.Ground;
import org.watchkeep.retention.hold.HeldSpan;
import org.watchkeep.retention.hold.Hold;
import org.watchkeep.retention.hold.HoldRules;
import org.watchkeep.retention.hold.HoldTerms;
import org.watchkeep.retention.keys.EpochKeys;
import org.watchkeep.retention.keys.TestMaster;

/**
 * A data folder with something of everything that a store writes: two cameras, an epoch that was erased, gaps, a hold whose
 * footage stands in the vault, one that stands on its reel, a trail. One is kept for each layout that was ever released, with what is
 * to be found in it; {@link GoldenStoreTest} opens them all. {@link #make} makes the next.
 */
final class GoldenStore {
    static final StreamId GATE = StreamId.main("gate");
    static final StreamId HALL = StreamId.main("hall");

    private static final long REEL_BYTES = 512 << 10;
    private static final int REELS = 6;
    private static final int FRAGMENT_BYTES = 2_000;
    private static final String FACTS = "facts.txt";

    private final Path folder;
    private final RealDisk disk = new RealDisk();
    private final TestClock clock = new TestClock();

    private GoldenStore(Path folder) {
        this.folder = folder;
    }

    private StoreSettings settings() {
        return new StoreSettings(
                folder.resolve("data"),
                List.of(new StoreSettings.VolumeSettings("v1", folder.resolve("data/v1"), REELS * REEL_BYTES)),
                List.of(new StoreSettings.ClassSettings(StoreRig.CLASS, 31, "as the code of practice says")));
    }

    private Path vault() {
        return folder.resolve("data/vault");
    }

    private Path trail() {
        return settings().folder().resolve("trail");
    }

    /** Opened by this program, at the time at which it was closed last. */
    static final class Opened implements AutoCloseable {
        final HoldingRig held;
        private final TestTrail trail;

        private Opened(GoldenStore of) throws IOException {
            Map<StreamId, String> classes = new LinkedHashMap<>();
            classes.put(GATE, StoreRig.CLASS);
            classes.put(HALL, StoreRig.CLASS);
            this.trail = TestTrail.open(of.disk, of.settings().folder(), of.clock);
            this.held = new HoldingRig(
                    of.disk,
                    of.settings(),
                    of.clock,
                    trail.entries(),
                    StoreParts.IndexSettings.ON_DISK,
                    classes,
                    Optional.of(of.vault()));
            held.copier().round();
        }

        /** All that can be read, and why the rest cannot: a line each. */
        List<String> facts() throws IOException {
            List<String> facts = new ArrayList<>();
            for (StreamId stream : List.of(GATE, HALL)) {
                for (Segment segment : held.rig.segments(stream)) {
                    for (FragmentRef ref : segment.fragments()) {
                        facts.add("fragment " + stream + " " + segment.run() + " " + ref.sequence() + " " + ref.start()
                                + " " + held.store.digest(segment, ref));
                    }
                }
                for (Gap gap : held.rig.gaps(stream)) {
                    gap.to()
                            .ifPresent(to -> facts.add(
                                    "gap " + stream + " " + gap.cause().code() + " " + gap.from() + " " + to));
                }
            }
            for (Hold hold : held.register.holds()) {
                facts.add("hold " + hold.id() + " " + hold.isActive() + " "
                        + hold.span().from() + " " + hold.span().to());
            }
            return facts;
        }

        @Override
        public void close() throws IOException {
            held.close();
            trail.close();
        }
    }

    // ---- making one -----------------------------------------------------------------------------------------------

    /** Makes a golden folder as this program writes it, and packs it. */
    static void make(Path scratch, Path zip) throws IOException {
        GoldenStore golden = new GoldenStore(scratch);
        StoreSettings settings = golden.settings();
        golden.disk.createFolders(settings.folder());
        TestMaster.create(golden.disk, settings.folder().resolve("master.p12"), StoreRig.PASSPHRASE);
        EpochKeys.create(
                golden.disk,
                settings.folder().resolve("home-a"),
                settings.folder().resolve("home-b"));
        StoreParts.make(settings, golden.disk, golden.clock, poolBytes -> REEL_BYTES);
        Volume.enrol(golden.disk, EvidenceVault.ID, golden.vault(), REELS * REEL_BYTES, REEL_BYTES);
        golden.clock.witnessed(true);
        golden.firstLife();
        golden.clock.pass(32, TimeUnit.DAYS);
        golden.clock.reboot("boot-2");
        List<String> facts = new ArrayList<>(golden.secondLife());
        facts.add(0, "utc " + golden.clock.utcMicros());
        Files.write(scratch.resolve(FACTS), facts);
        pack(scratch, zip);
    }

    private void firstLife() throws IOException {
        try (Opened opened = new Opened(this)) {
            Instant start = opened.held.now();
            record(opened, GATE, 6);
            opened.held.held(start, start.plusSeconds(3), GATE);
            Instant hall = opened.held.now();
            record(opened, HALL, 4);
            // It waits for days: when its hour is erased the rest of it leaves a gap.
            opened.held.holds.placeAutomatic(HoldTerms.of(
                    HeldSpan.of(List.of(HALL), hall, hall.plusSeconds(2)),
                    Ground.CRIME,
                    HoldingRig.OWNER,
                    opened.held.now().plus(HoldRules.REVIEW)));
            if (opened.held.copier().round()) {
                throw new IOException("the held footage was not copied");
            }
        }
    }

    private List<String> secondLife() throws IOException {
        try (Opened opened = new Opened(this)) {
            opened.held.rig.awaitKept(
                    "what was due is erased",
                    () -> opened.held.store.retention().status().classes().stream()
                            .allMatch(status -> status.dueEpochs() == 0));
            Instant start = opened.held.now();
            record(opened, GATE, 5);
            record(opened, HALL, 3);
            opened.held.held(start, start.plusSeconds(2), GATE);
            clock.pass(1, TimeUnit.MINUTES);
            return opened.facts();
        }
    }

    private void record(Opened opened, StreamId stream, int seconds) {
        StoreRig rig = opened.held.rig;
        rig.beginRun(stream);
        for (int i = 0; i < seconds; i++) {
            rig.record(stream, FRAGMENT_BYTES);
        }
        StoreRig.await("recorded", () -> rig.isSettled(stream));
        rig.endRun(stream, GapCause.CONNECTION_LOST);
        rig.awaitKept(
                "indexed",
                () -> opened.held.store.streamState(stream).unindexed().isEmpty());
        clock.pass(10, TimeUnit.SECONDS);
    }

    private static void pack(Path folder, Path zip) throws IOException {
        try (Stream<Path> all = Files.walk(folder);
                OutputStream file = Files.newOutputStream(zip);
                ZipOutputStream packed = new ZipOutputStream(file)) {
            for (Path path : all.sorted().filter(Files::isRegularFile).toList()) {
                packed.putNextEntry(new ZipEntry(folder.relativize(path).toString()));
                Files.copy(path, packed);
                packed.closeEntry();
            }
        }
    }

    // ---- opening one ----------------------------------------------------------------------------------------------

    /** Unpacks a golden folder into an empty one. */
    static GoldenStore unpack(String resource, Path into) throws IOException {
        try (InputStream file = GoldenStore.class.getResourceAsStream(resource);
                ZipInputStream packed = new ZipInputStream(java.util.Objects.requireNonNull(file, resource))) {
            for (ZipEntry entry = packed.getNextEntry(); entry != null; entry = packed.getNextEntry()) {
                Path path = into.resolve(entry.getName());
                Files.createDirectories(path.getParent());
                // Written, and not left out where it is zero: a store takes no sparse reels.
                Files.write(path, packed.readAllBytes());
            }
        }
        return new GoldenStore(into);
    }

    /** What was to be found in it when it was made. */
    List<String> facts() throws IOException {
        List<String> all = Files.readAllLines(folder.resolve(FACTS), StandardCharsets.UTF_8);
        return all.subList(1, all.size());
    }

    Path data() {
        return settings().folder();
    }

    Path trailFolder() {
        return trail();
    }

    /** Opens it a minute after it was closed, on a machine that was started since. */
    Opened open() throws IOException {
        long closed =
                Long.parseLong(Files.readAllLines(folder.resolve(FACTS)).get(0).substring("utc ".length()));
        clock.pass(closed - clock.utcMicros(), TimeUnit.MICROSECONDS);
        clock.reboot("boot-3");
        clock.witnessed(true);
        return new Opened(this);
    }
}
