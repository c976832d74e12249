// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.controlroom;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.watchkeep.retention.audit.Act;
import org.watchkeep.retention.audit.Fields;
import org.watchkeep.retention.audit.NewEntry;
import org.watchkeep.retention.audit.Trail;
import org.watchkeep.retention.audit.TrailKey;
import org.watchkeep.retention.audit.TrailSettings;
import org.watchkeep.retention.disk.Disk;
import org.watchkeep.retention.keys.MasterKeystore;

/**
 * The audit trail of an installation: makes it, opens it, signs a checkpoint each second in which entries came. Its one
 * thread does nothing else.
 */
final class TrailKeeper implements Closeable {
    static final String FOLDER = "trail";

    private static final Logger LOG = LoggerFactory.getLogger(TrailKeeper.class);
    private static final long APART_SECONDS = 1;
    private static final String VERSION = "0.1.0";

    private final Trail trail;
    private final ScheduledExecutorService clockwork =
            Executors.newSingleThreadScheduledExecutor(work -> new Thread(work, "trail-checkpoints"));

    private TrailKeeper(Trail trail) {
        this.trail = trail;
    }

    /** Makes the trail where there is none; an installation from before there were trails gets its first entry now. */
    static void createWhereMissing(Disk disk, Path data, MasterKeystore master, InstantSource clock)
            throws IOException {
        if (!Trail.isThere(disk, data.resolve(FOLDER))) {
            Trail.create(disk, settings(data, master, clock), Trail.DEFAULT_NAME)
                    .close();
        }
    }

    static TrailKeeper open(Disk disk, Path data, MasterKeystore master, InstantSource clock) throws IOException {
        createWhereMissing(disk, data, master, clock);
        Trail trail = Trail.open(disk, settings(data, master, clock));
        try {
            trail.append(NewEntry.byMachine(Act.MACHINE_STARTED, Fields.NONE.with("version", VERSION)));
        } catch (IOException | RuntimeException e) {
            trail.close();
            throw e;
        }
        TrailKeeper keeper = new TrailKeeper(trail);
        keeper.clockwork.scheduleWithFixedDelay(keeper::sign, 0, APART_SECONDS, TimeUnit.SECONDS);
        return keeper;
    }

    private static TrailSettings settings(Path data, MasterKeystore master, InstantSource clock) throws IOException {
        byte[] seed = master.trailSeed().orElseThrow(() -> new IOException("the keystore has no trail key"));
        try {
            return new TrailSettings(
                    data.resolve(FOLDER), TrailKey.ofSeed(seed), clock, alarm -> LOG.error("audit trail: {}", alarm));
        } finally {
            Arrays.fill(seed, (byte) 0);
        }
    }

    private void sign() {
        try {
            trail.checkpoint();
        } catch (IOException | RuntimeException e) {
            LOG.error("audit trail: no checkpoint could be signed: {}", e.toString());
        }
    }

    /** Enters the stop and signs it. */
    @Override
    public void close() throws IOException {
        clockwork.shutdown();
        try (Trail ending = trail) {
            if (!clockwork.awaitTermination(APART_SECONDS * 10, TimeUnit.SECONDS)) {
                LOG.warn("audit trail: a checkpoint is still being signed");
            }
            ending.append(NewEntry.byMachine(Act.MACHINE_STOPPED, Fields.NONE.with("cause", "in-order")));
            ending.checkpoint();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
