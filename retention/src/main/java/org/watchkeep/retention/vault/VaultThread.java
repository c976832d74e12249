// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.vault;

import java.io.Closeable;
import java.io.IOException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.watchkeep.retention.store.EvidenceVault;

/**
 * The one thread that works in the vault, one record at a time: recording, readers of the ring, starts and stops never wait
 * for it, also when the vault's disk hangs. {@link #start} and {@link #close} by one thread; {@link #wake} by any.
 */
public final class VaultThread implements Closeable {
    private static final Logger log = LoggerFactory.getLogger(VaultThread.class);
    private static final long ROUND_SECONDS = 10;

    /** The segment that is being copied comes to its end within this, unless its disk hangs; then it is let go. */
    private static final long STOP_MILLIS = 10_000;

    private final HoldCopier copier;
    private final EvidenceVault vault;
    private final long stopMillis;
    private final Semaphore wakeUp = new Semaphore(0);
    private final Thread thread = new Thread(this::run, "vault");
    private volatile boolean stopping;

    public VaultThread(HoldCopier copier, EvidenceVault vault) {
        this(copier, vault, STOP_MILLIS);
    }

    /** @param stopMillis how long a stop waits for the record that is being copied */
    public VaultThread(HoldCopier copier, EvidenceVault vault, long stopMillis) {
        this.copier = copier;
        this.vault = vault;
        this.stopMillis = stopMillis;
        thread.setDaemon(true); // one that hangs must not keep the process from ending
    }

    /** Once. */
    public void start() {
        thread.start();
    }

    /** Something was placed, confirmed or released. */
    public void wake() {
        wakeUp.release();
    }

    private void run() {
        while (!stopping) {
            boolean isMore = false;
            try {
                isMore = copier.round();
            } catch (RuntimeException e) {
                // A fault of ours: what is held stays on its reels, and the next round tries again.
                log.error("ALARM vault: a round failed by a fault of the program", e);
            }
            if (!isMore) {
                pause();
            }
        }
    }

    private void pause() {
        try {
            if (!stopping && wakeUp.tryAcquire(ROUND_SECONDS, TimeUnit.SECONDS)) {
                wakeUp.drainPermits();
            }
        } catch (InterruptedException e) {
            log.warn("the vault's thread was interrupted and goes on");
        }
    }

    /** Waits for the segment that is being copied, but not for a disk that hangs. */
    @Override
    public void close() throws IOException {
        stopping = true;
        copier.stop();
        wake();
        try {
            thread.join(stopMillis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (thread.isAlive()) {
            log.error("ALARM vault: its disk does not answer; it is left as it is");
            return;
        }
        vault.close();
    }
}
