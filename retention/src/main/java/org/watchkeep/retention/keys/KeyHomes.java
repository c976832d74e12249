// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.keys;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.watchkeep.retention.disk.Disk;

/**
 * The two homes as one: what is written goes to the first, is synced, and only then goes to the second. So a power cut can
 * tear a slot in one home at most, and the other has it whole.
 *
 * <p>A home that fails is left out, with an alarm, until it is read anew by {@link #reunite}; the one that remains is marked
 * <i>alone</i>, durably, before the act that the other missed is acknowledged. With none left the act fails.
 *
 * <p>Guarded by the lock of {@link EpochKeys}.
 */
final class KeyHomes implements Closeable {
    static final int HOMES = 2;

    private final Disk disk;
    private final List<Place> places;
    private List<KeyAlarm> findings = List.of();
    private long highestEpoch;

    /** One step of an act, on one home. */
    interface Step {
        void on(KeyHome home) throws IOException;
    }

    /** Where a home should be. */
    private static final class Place {
        final Path folder;

        @Nullable
        KeyHome home;

        @Nullable
        KeyAlarm absence;
        /** True once it failed in this process: what a read shows may then never have reached the medium. */
        boolean failed;

        Place(Path folder) {
            this.folder = folder;
        }
    }

    KeyHomes(Disk disk, Path homeA, Path homeB) {
        this.disk = disk;
        this.places = List.of(new Place(homeA), new Place(homeB));
    }

    /**
     * Makes two homes for a new store. What a power cut left of an earlier try is taken up, so that it can be run again;
     * homes that ever held an epoch are refused.
     */
    static void create(Disk disk, Path homeA, Path homeB) throws IOException {
        refuseOneFolder(homeA, homeB);
        List<Path> missing = new ArrayList<>();
        Set<UUID> storeIds = new HashSet<>();
        for (Path folder : List.of(homeA, homeB)) {
            if (KeyHome.isThere(disk, folder)) {
                storeIds.add(unusedStoreId(disk, folder));
            } else {
                missing.add(folder);
            }
        }
        if (storeIds.size() > 1) {
            throw new KeyHomeException(
                    "key homes " + homeA + " and " + homeB + ": of two stores (expected: two folders without "
                            + KeyHome.FILE + ")",
                    "Name empty folders for a new store.");
        }
        UUID storeId = storeIds.stream().findFirst().orElseGet(UUID::randomUUID);
        for (Path folder : missing) {
            KeyHome.create(disk, folder, storeId);
        }
    }

    private static UUID unusedStoreId(Disk disk, Path folder) throws IOException {
        try (KeyHome home = KeyHome.open(disk, folder)) {
            if (home.header().highestEpoch() > 0) {
                throw new KeyHomeException(
                        "key home " + folder + ": holds epochs up to "
                                + home.header().highestEpoch() + " (expected: a folder without " + KeyHome.FILE + ")",
                        "Name empty folders for a new store; never delete a home whose store still records.");
            }
            return home.header().storeId();
        } catch (DamagedBlockException e) {
            throw new KeyHomeException(
                    "key home " + folder + ": cannot be read: " + e.getMessage(),
                    "Name empty folders for a new store.");
        }
    }

    /**
     * Makes a new home beside one that holds epochs, on a replaced disk. It is filled when the two are next opened
     * together; until then the present home knows more.
     */
    static void replace(Disk disk, Path present, Path replacement) throws IOException {
        refuseOneFolder(present, replacement);
        if (KeyHome.isThere(disk, replacement)) {
            throw new KeyHomeException(
                    "key home " + replacement + ": holds " + KeyHome.FILE + " already (expected: none)",
                    "Start with it as it is, or move its folder away first.");
        }
        try (KeyHome home = KeyHome.open(disk, present)) {
            home.noteAloneSince(
                    home.header().isAlone()
                            ? home.header().aloneSince()
                            : home.header().highestEpoch());
            KeyHome.create(disk, replacement, home.header().storeId());
        }
    }

    private static void refuseOneFolder(Path a, Path b) throws KeyHomeException {
        if (a.toAbsolutePath().normalize().equals(b.toAbsolutePath().normalize())) {
            throw new KeyHomeException(
                    "key homes: both are " + a + " (expected: two folders)",
                    "Name two folders, on different disks where there are two.");
        }
    }

    /**
     * Looks for every home that is not in use, reconciles what is there, and writes to each home what it lacks.
     *
     * @param known the slots as this process knows them; empty at start
     * @return the slots from now on
     * @throws KeyHomeException when no home is left, or at start when the homes contradict each other; once running, a home
     *     that comes back and contradicts is left out with an alarm
     */
    List<Slot> reunite(RootCipher cipher, List<Slot> known) throws IOException {
        List<Place> returned = new ArrayList<>();
        Map<KeyHome, HomeContent> contents = new LinkedHashMap<>();
        for (Place place : places) {
            if (place.home == null) {
                look(place);
                returned.add(place);
            }
            if (place.home != null) {
                List<Slot> slots = returned.contains(place) ? place.home.read() : known;
                contents.put(place.home, new HomeContent(place.folder.toString(), place.home.header(), slots));
            }
        }
        if (contents.isEmpty()) {
            throw noneLeft();
        }
        Reconciliation.Outcome outcome;
        try {
            outcome = Reconciliation.of(List.copyOf(contents.values()), cipher);
        } catch (KeyHomeException e) {
            if (returned.size() == HOMES) {
                throw e;
            }
            returned.forEach(place -> leave(place, e.alarm()));
            return known;
        }
        noteFindings(outcome);
        highestEpoch = Math.max(highestEpoch, outcome.highestEpoch()) + (goesAlone() ? 1 : 0);
        mend(contents, outcome.slots());
        return outcome.slots();
    }

    /**
     * True when one home is opened without the other and was not before. The other may hold an epoch of the next number
     * that a power cut kept from this one and from being acknowledged: that number is passed over.
     */
    private boolean goesAlone() {
        return present() == 1
                && places.stream()
                        .noneMatch(place ->
                                place.home != null && place.home.header().isAlone());
    }

    private void noteFindings(Reconciliation.Outcome outcome) {
        List<KeyAlarm> found = new ArrayList<>();
        for (Place place : places) {
            if (place.home != null) {
                found.addAll(place.home.findings());
            }
        }
        found.addAll(outcome.findings());
        findings = List.copyOf(found);
    }

    /** Writes and syncs one slot in each home, together with the highest epoch number given out. */
    void write(Slot slot, long highest) throws IOException {
        long before = highestEpoch;
        // Taken even if the act fails: what a failed home holds under this number is unknown.
        highestEpoch = Math.max(before, highest);
        inEach(before, home -> {
            home.noteHighestEpoch(highestEpoch);
            home.write(slot);
            home.sync();
        });
    }

    /** Writes slots in each home, and syncs once; all of the first before any of the second. */
    void write(List<? extends Slot> slots) throws IOException {
        inEach(highestEpoch, home -> {
            for (Slot slot : slots) {
                home.write(slot);
            }
            home.sync();
        });
    }

    /** Reads a slot back in each home; true when every one came from the medium. */
    boolean readBack(Slot slot) throws IOException {
        List<Boolean> pastCache = new ArrayList<>();
        inEach(highestEpoch, home -> pastCache.add(home.readBack(slot)));
        return !pastCache.contains(false);
    }

    void growTo(int slots) throws IOException {
        inEach(highestEpoch, home -> home.growTo(slots));
    }

    long highestEpoch() {
        return highestEpoch;
    }

    int present() {
        return (int) places.stream().filter(place -> place.home != null).count();
    }

    boolean isComplete() {
        return present() == HOMES;
    }

    List<Path> folders() {
        return places.stream().map(place -> place.folder).toList();
    }

    List<KeyAlarm> alarms() {
        List<KeyAlarm> alarms = new ArrayList<>();
        for (Place place : places) {
            if (place.absence != null) {
                alarms.add(place.absence);
            }
        }
        alarms.addAll(findings);
        return List.copyOf(alarms);
    }

    /** Closes and forgets what is open, so that the next {@link #reunite} reads everything from the files. */
    @Override
    public void close() throws IOException {
        IOException first = null;
        for (Place place : places) {
            try {
                if (place.home != null) {
                    place.home.close();
                }
            } catch (IOException e) {
                first = first == null ? e : first;
            }
            place.home = null;
        }
        if (first != null) {
            throw first;
        }
    }

    /** Opens a home anew, or says why it is absent. A home of a newer format is refused, not left out. */
    private void look(Place place) throws KeyHomeException {
        try {
            place.home = KeyHome.open(disk, place.folder);
            place.absence = null;
        } catch (KeyHomeException e) {
            throw e;
        } catch (NoSuchFileException e) {
            place.absence = new KeyAlarm(
                    "key home " + place.folder + ": " + KeyHome.FILE + " is not there; only the other home is written",
                    "Mount its disk; for a replaced disk make a new home: while one is missing, a second loss loses the"
                            + " rolling window.");
        } catch (IOException e) {
            place.absence = new KeyAlarm(
                    "key home " + place.folder + ": cannot be read; only the other home is written: " + e.getMessage(),
                    "Have its disk checked; if it is beyond repair destroy it and make a new home.");
        }
    }

    /**
     * Brings each home to these slots, the first synced before the second is touched. A home that failed, and one beside a
     * home that was used alone, is written whole: what a read of it shows may never have reached its medium.
     */
    private void mend(Map<KeyHome, HomeContent> contents, List<Slot> slots) throws IOException {
        boolean both = isComplete();
        List<KeyHome> whole = new ArrayList<>();
        for (Place place : places) {
            if (place.home != null && (place.failed || isBesideAlone(place))) {
                whole.add(place.home);
            }
        }
        inEach(highestEpoch, home -> {
            HomeContent said = Objects.requireNonNull(contents.get(home));
            mend(home, said, slots, whole.contains(home));
        });
        places.forEach(place -> place.failed &= place.home == null);
        if (both && isComplete()) {
            inEach(highestEpoch, home -> home.noteAloneSince(HomeHeader.NOT_ALONE));
        }
    }

    private boolean isBesideAlone(Place place) {
        return places.stream()
                .anyMatch(other -> other != place
                        && other.home != null
                        && other.home.header().isAlone());
    }

    private void mend(KeyHome home, HomeContent said, List<Slot> slots, boolean whole) throws IOException {
        home.mendHeader(whole);
        home.growTo(slots.size());
        for (Slot slot : slots) {
            boolean differs = !slot.equals(said.slot(slot.number()));
            if (!(slot instanceof Slot.Suspect) && (whole || differs)) {
                home.write(slot);
            }
        }
        home.noteHighestEpoch(highestEpoch);
        home.sync();
    }

    /**
     * Does the step on the first home, then on the second; leaves out the one that fails; fails when none is left.
     *
     * @param before the highest epoch number before this act: what both homes know
     */
    private void inEach(long before, Step step) throws IOException {
        for (Place place : places) {
            tryOn(place, step);
        }
        if (present() == 1) {
            for (Place place : places) {
                tryOn(place, home -> {
                    if (!home.header().isAlone()) {
                        home.noteAloneSince(before);
                    }
                });
            }
        }
        if (present() == 0) {
            throw noneLeft();
        }
    }

    private static void tryOn(Place place, Step step) {
        if (place.home == null) {
            return;
        }
        try {
            step.on(place.home);
        } catch (IOException e) {
            place.failed = true;
            leave(
                    place,
                    new KeyAlarm(
                            "key home " + place.folder + ": failed and is left out; only the other home is written: "
                                    + e.getMessage(),
                            "Have its disk checked; it is read again at the next epoch and brought up to date."));
        }
    }

    private static void leave(Place place, KeyAlarm why) {
        place.absence = why;
        if (place.home != null) {
            try {
                place.home.close();
            } catch (IOException e) {
                place.failed = true;
            }
            place.home = null;
        }
    }

    private KeyHomeException noneLeft() {
        List<String> reasons = new ArrayList<>();
        for (Place place : places) {
            reasons.add(place.absence == null ? "key home " + place.folder + ": closed" : place.absence.message());
        }
        return new KeyHomeException(
                "no key home is left: " + String.join("; ", reasons),
                "Bring one of the two disks back; for a new store run init first.");
    }
}
