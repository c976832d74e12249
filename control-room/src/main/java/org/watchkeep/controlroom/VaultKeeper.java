// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.controlroom;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.watchkeep.controlroom.config.SiteConfig;
import org.watchkeep.controlroom.control.Acts;
import org.watchkeep.controlroom.control.HoldActs;
import org.watchkeep.retention.disk.Disk;
import org.watchkeep.retention.hold.Admission;
import org.watchkeep.retention.hold.Holds;
import org.watchkeep.retention.keys.CaseKeys;
import org.watchkeep.retention.store.EvidenceVault;
import org.watchkeep.retention.store.FootageStore;
import org.watchkeep.retention.store.HoldParts;
import org.watchkeep.retention.store.StoreClock;
import org.watchkeep.retention.vault.HoldCopier;
import org.watchkeep.retention.vault.VaultThread;

/**
 * The evidence vault of an installation that has one, and the thread that works in it. Nothing here waits for its disk but
 * {@link #awaitFirstLook}, and that not for long. Opened and closed by one thread.
 */
final class VaultKeeper implements Closeable {
    private static final Logger LOG = LoggerFactory.getLogger(VaultKeeper.class);

    /** A command that reads and ends wants what the vault has; one that hangs is a vault that is away. */
    private static final long FIRST_LOOK_SECONDS = 10;

    private final CaseKeys keys;
    private final Optional<EvidenceVault> vault;
    private final StoreClock clock;
    private final CountDownLatch looked = new CountDownLatch(1);
    private @Nullable HoldCopier copier;
    private @Nullable VaultThread thread;

    private VaultKeeper(CaseKeys keys, Optional<EvidenceVault> vault, StoreClock clock) {
        this.keys = keys;
        this.vault = vault;
        this.clock = clock;
    }

    /** Touches the key homes only. */
    static VaultKeeper open(Disk disk, SiteConfig site, CaseKeys keys, StoreClock clock) {
        keys.alarms().forEach(alarm -> LOG.error("ALARM keys: {} {}", alarm.message(), alarm.next()));
        return new VaultKeeper(
                keys, site.vault().map(volume -> new EvidenceVault(disk, volume.path(), keys, clock)), clock);
    }

    /** Makes the vault of the configuration. */
    static void enrol(Disk disk, SiteConfig.Volume volume) throws IOException {
        EvidenceVault.enrol(disk, volume.path(), volume.sizeBytes());
    }

    /** The keys of the vault's cases wrapped beside a copy of the keystore. */
    static Path besides(Path keystoreCopy) {
        return keystoreCopy.resolveSibling(keystoreCopy.getFileName() + ".cases");
    }

    CaseKeys keys() {
        return keys;
    }

    Optional<EvidenceVault> vault() {
        return vault;
    }

    /** By what a hold is admitted: the vault's room and speed, or the ring's room where there is no vault. */
    Supplier<Admission.Room> room(HoldParts parts) {
        return () -> {
            HoldCopier known = copier;
            return known == null ? Admission.onReels(parts.footage()) : known.room();
        };
    }

    /** Begins to work in the vault. Once, after the holds are open. */
    void start(FootageStore store, Holds holds, InstantSource instants) {
        HoldParts parts = store.holds();
        if (vault.isEmpty() || parts.copies().isEmpty()) {
            looked.countDown();
            return;
        }
        HoldCopier made = new HoldCopier(
                holds,
                parts.copies().get(),
                parts.footage(),
                parts.eraseLock(),
                new HoldCopier.Clocks(instants, clock::monoNanos));
        made.onLook(looked::countDown);
        copier = made;
        thread = new VaultThread(made, vault.get());
        thread.start();
    }

    /** Until the vault has been looked into once, or for some seconds. */
    void awaitFirstLook() {
        try {
            if (!looked.await(FIRST_LOOK_SECONDS, TimeUnit.SECONDS)) {
                LOG.error("ALARM vault: it does not answer; what is only there is not found");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** What was done to a hold is taken up at once, and not in the next round. */
    Acts waking(Acts next) {
        return (request, actor, answer) -> {
            Acts.Result result = next.run(request, actor, answer);
            VaultThread running = thread;
            if (running != null
                    && request.act().startsWith("hold-")
                    && !request.act().equals(HoldActs.LIST)) {
                running.wake();
            }
            return result;
        };
    }

    @Override
    public void close() throws IOException {
        VaultThread running = thread;
        if (running != null) {
            running.close();
        }
    }
}
