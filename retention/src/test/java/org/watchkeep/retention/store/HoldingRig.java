// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.watchkeep.retention.audit.Actor;
import org.watchkeep.retention.disk.Disk;
import org.watchkeep.retention.hold.Admission;
import org.watchkeep.retention.hold.Ground;
import org.watchkeep.retention.hold.HeldByRegister;
import org.watchkeep.retention.hold.HeldSpan;
import org.watchkeep.retention.hold.HoldAnswer;
import org.watchkeep.retention.hold.HoldId;
import org.watchkeep.retention.hold.HoldRegister;
import org.watchkeep.retention.hold.HoldRules;
import org.watchkeep.retention.hold.HoldTerms;
import org.watchkeep.retention.hold.Holds;
import org.watchkeep.retention.hold.KeysInHomes;
import org.watchkeep.retention.keys.CaseKeys;
import org.watchkeep.retention.keys.HeldKey;
import org.watchkeep.retention.keys.HeldKeys;
import org.watchkeep.retention.keys.MasterKeystore;
import org.watchkeep.retention.keys.TestMaster;
import org.watchkeep.retention.vault.HoldCopier;

/** A {@link StoreRig} whose footage can be held, with the real register, the real keys and the real acts. */
final class HoldingRig implements AutoCloseable {
    static final Actor OWNER = Actor.staff(17);
    static final Actor OTHER = Actor.staff(4);

    final StoreRig rig;
    final FootageStore store;
    final HoldRegister register = new HoldRegister();
    final Holds holds;
    final List<String> alarms;
    final CaseKeys cases;
    final Optional<EvidenceVault> vault;
    private final Optional<HoldCopier> copier;
    private final HeldKeys keys;
    private final TestClock clock;

    HoldingRig(Disk disk, StoreSettings settings, TestClock clock, Map<StreamId, String> classes) throws IOException {
        this(disk, settings, clock, StoreTrail.NONE, classes);
    }

    HoldingRig(Disk disk, StoreSettings settings, TestClock clock, StoreTrail trail, Map<StreamId, String> classes)
            throws IOException {
        this(disk, settings, clock, trail, StoreParts.IndexSettings.ON_DISK, classes);
    }

    HoldingRig(
            Disk disk,
            StoreSettings settings,
            TestClock clock,
            StoreTrail trail,
            StoreParts.IndexSettings index,
            Map<StreamId, String> classes)
            throws IOException {
        this(disk, settings, clock, trail, index, classes, Optional.empty());
    }

    /** With an evidence vault in this folder, which is worked in when the test says so. */
    HoldingRig(
            Disk disk,
            StoreSettings settings,
            TestClock clock,
            StoreTrail trail,
            StoreParts.IndexSettings index,
            Map<StreamId, String> classes,
            Optional<Path> vaultFolder)
            throws IOException {
        this.clock = clock;
        MasterKeystore master =
                MasterKeystore.open(disk, settings.folder().resolve("master.p12"), StoreRig.PASSPHRASE.clone());
        this.keys = HeldKeys.open(
                disk, settings.folder().resolve("home-a"), settings.folder().resolve("home-b"), master);
        this.cases = CaseKeys.open(
                disk, settings.folder().resolve("home-a"), settings.folder().resolve("home-b"), master);
        this.vault = vaultFolder.map(path -> new EvidenceVault(disk, path, cases, clock));
        this.rig = StoreRig.openHolding(
                disk,
                settings,
                clock,
                new Holding(new HeldByRegister(register), Optional.of(keys), vault),
                trail,
                index,
                classes);
        this.store = rig.store;
        HoldParts parts = store.holds();
        this.holds = new Holds(
                register,
                new Holds.Surroundings(
                        parts.entries(),
                        parts::keepText,
                        parts.footage(),
                        new KeysInHomes(keys, store.keys()),
                        this::room,
                        parts.eraseLock(),
                        this::now));
        this.copier = parts.copies()
                .map(copies -> new HoldCopier(
                        holds,
                        copies,
                        parts.footage(),
                        parts.eraseLock(),
                        new HoldCopier.Clocks(this::now, clock::monoNanos)));
        this.alarms = register.trouble().isPresent() ? List.of() : holds.begin();
    }

    private Admission.Room room() {
        return copier.map(HoldCopier::room)
                .orElseGet(() -> Admission.onReels(store.holds().footage()));
    }

    HoldCopier copier() {
        return copier.orElseThrow();
    }

    Instant now() {
        return StreamState.instant(clock.utcMicros());
    }

    HoldAnswer place(Instant from, Instant to, StreamId... streams) throws IOException {
        return holds.place(terms(from, to, streams), OWNER);
    }

    HoldTerms terms(Instant from, Instant to, StreamId... streams) {
        return HoldTerms.of(HeldSpan.of(Set.of(streams), from, to), Ground.CRIME, OWNER, now().plus(HoldRules.REVIEW));
    }

    HoldId held(Instant from, Instant to, StreamId... streams) throws IOException {
        HoldAnswer answer = place(from, to, streams);
        if (answer instanceof HoldAnswer.Done done) {
            return done.hold().id();
        }
        throw new AssertionError("refused: " + answer);
    }

    void release(HoldId id) throws IOException {
        HoldAnswer answer = holds.release(id, Optional.empty(), OWNER, Optional.of(OTHER));
        if (!(answer instanceof HoldAnswer.Done)) {
            throw new AssertionError("refused: " + answer);
        }
    }

    /** A new master key, while all goes on. */
    void rotateMaster(Disk disk) throws IOException {
        TestMaster.rotate(
                disk, rig.settings.folder().resolve("master.p12"), StoreRig.PASSPHRASE.clone(), rig.keys(), keys);
    }

    List<HeldKey> keptKeys() {
        return keys.kept();
    }

    @Override
    public void close() throws IOException {
        try (keys) {
            rig.close();
            if (vault.isPresent()) {
                vault.get().close();
            }
        }
    }

    void abandon() throws IOException {
        rig.abandon();
        keys.close();
    }
}
