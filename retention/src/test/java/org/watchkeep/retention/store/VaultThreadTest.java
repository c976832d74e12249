// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.watchkeep.retention.disk.FakeDisk;
import org.watchkeep.retention.hold.Hold;
import org.watchkeep.retention.hold.HoldId;
import org.watchkeep.retention.hold.HoldState;
import org.watchkeep.retention.vault.VaultThread;

/** A vault whose disk never answers keeps nobody waiting: not a start, not recording, not a reader of the ring, not a stop. */
class VaultThreadTest {
    private static final StreamId GATE = StreamId.main("gate");
    private static final int REELS = 6;
    private static final long VAULT_REEL_BYTES = 1 << 20;

    @TempDir
    private Path folder;

    private final FakeDisk disk = new FakeDisk();
    private final TestClock clock = new TestClock();
    private final CountDownLatch hanging = new CountDownLatch(1);
    private final CountDownLatch release = new CountDownLatch(1);

    @AfterEach
    void letGo() {
        release.countDown();
    }

    private HoldingRig begin() throws IOException {
        SmallReels.init(disk, folder, clock, REELS);
        Volume.enrol(disk, EvidenceVault.ID, folder.resolve("vault"), 4 * VAULT_REEL_BYTES, VAULT_REEL_BYTES);
        return new HoldingRig(
                disk,
                StoreRig.settings(folder, REELS),
                clock,
                StoreTrail.NONE,
                StoreParts.IndexSettings.ON_DISK,
                Map.of(GATE, StoreRig.CLASS),
                Optional.of(folder.resolve("vault")));
    }

    private HoldId recordAndHold(HoldingRig held) throws IOException {
        held.rig.beginRun(GATE);
        Instant from = held.now();
        SmallReels.record(held.rig, GATE, 1);
        Instant to = held.now();
        held.rig.endRun(GATE, GapCause.CONNECTION_LOST);
        StoreRig.await("indexed", () -> {
            held.store.keeper().wake();
            return held.store.streamState(GATE).unindexed().isEmpty();
        });
        return held.held(from, to, GATE);
    }

    @Test
    void thread_copiesByItself() throws IOException {
        try (HoldingRig held = begin();
                VaultThread thread = new VaultThread(held.copier(), held.vault.orElseThrow())) {
            thread.start();
            HoldId id = recordAndHold(held);
            StoreRig.await("copied", () -> {
                thread.wake();
                return held.register.hold(id).map(Hold::state).orElseThrow() == HoldState.COPIED;
            });
        }
    }

    @Test
    void vaultHangs_recordingReadingAndStoppingGoOn() throws IOException {
        HoldingRig held = begin();
        disk.faults().before((operation, path) -> {
            if (path.startsWith(folder.resolve("vault"))) {
                hanging.countDown();
                StoreRig.await(release);
            }
        });
        VaultThread thread = new VaultThread(held.copier(), held.vault.orElseThrow(), 1);
        thread.start();
        StoreRig.await(hanging);
        HoldId id = recordAndHold(held);
        assertThat(held.register.hold(id).map(Hold::state)).contains(HoldState.SECURED);
        held.rig.beginRun(GATE);
        SmallReels.record(held.rig, GATE, 1);
        for (Segment segment : held.rig.segments(GATE)) {
            for (FragmentRef ref : segment.fragments()) {
                assertThat(held.store.read(segment, ref).hasRemaining()).isTrue();
            }
        }
        clock.pass(1, TimeUnit.HOURS);
        assertThat(held.store.check(false, Optional.empty()).missing()).isZero();
        thread.close();
        held.close();
    }
}
