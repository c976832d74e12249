// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.io.TempDir;
import org.watchkeep.retention.disk.FakeDisk;
import org.watchkeep.retention.hold.HeldSpan;
import org.watchkeep.retention.hold.Hold;
import org.watchkeep.retention.hold.HoldId;
import org.watchkeep.retention.hold.HoldState;

/** A store with a vault, for tests: bursts of half a reel, held and copied, and a ring that comes round. */
abstract class VaultCase {
    static final StreamId GATE = StreamId.main("gate");
    static final StreamId HALL = StreamId.main("hall");
    static final int REELS = 8;
    static final long VAULT_REEL_BYTES = 1 << 20;
    static final Map<StreamId, String> CLASSES = new LinkedHashMap<>();

    static {
        CLASSES.put(GATE, StoreRig.CLASS);
        CLASSES.put(HALL, StoreRig.CLASS);
    }

    @TempDir
    Path folder;

    FakeDisk disk = new FakeDisk();
    final TestClock clock = new TestClock();
    int vaultReels = 8;

    Path vaultFolder() {
        return folder.resolve("vault");
    }

    Path vaultReel(int index) {
        return vaultFolder().resolve(String.format("reels/reel-%05d.wk", index));
    }

    HoldingRig begin() throws IOException {
        SmallReels.init(disk, folder, clock, REELS);
        Volume.enrol(disk, EvidenceVault.ID, vaultFolder(), vaultReels * VAULT_REEL_BYTES, VAULT_REEL_BYTES);
        disk.settle();
        return open();
    }

    HoldingRig open() throws IOException {
        return new HoldingRig(
                disk,
                StoreRig.settings(folder, REELS),
                clock,
                StoreTrail.NONE,
                StoreParts.IndexSettings.ON_DISK,
                CLASSES,
                Optional.of(vaultFolder()));
    }

    /** What was recorded of one burst, with the digests that were acknowledged. */
    record Burst(Instant from, Instant to, long run) {}

    /** A burst of half a reel, a run of its own, far from its neighbours, indexed. */
    Burst burst(HoldingRig held, StreamId stream) {
        clock.pass(5, TimeUnit.MINUTES);
        held.rig.beginRun(stream);
        Instant from = held.now();
        SmallReels.record(held.rig, stream, 1);
        Instant to = held.now();
        held.rig.endRun(stream, GapCause.CONNECTION_LOST);
        await(held, "indexed", () -> held.store.streamState(stream).unindexed().isEmpty());
        List<Segment> all = segments(held, stream);
        return new Burst(from, to, all.get(all.size() - 1).run());
    }

    static void await(HoldingRig held, String what, java.util.function.BooleanSupplier isSo) {
        StoreRig.await(what, () -> {
            held.store.keeper().wake();
            return isSo.getAsBoolean();
        });
    }

    static List<Segment> segments(HoldingRig held, StreamId stream) {
        try {
            return held.rig.segments(stream);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    static HoldState state(HoldingRig held, HoldId id) {
        return held.register.hold(id).map(Hold::state).orElseThrow();
    }

    static HoldId held(HoldingRig held, Burst burst, StreamId stream) throws IOException {
        return held.held(burst.from, burst.to, stream);
    }

    /** The head comes round: all that no hold shields is overwritten. */
    void comeRound(HoldingRig held) {
        for (int i = 0; i < REELS + 2; i++) {
            clock.pass(5, TimeUnit.MINUTES);
            held.rig.beginRun(HALL);
            SmallReels.record(held.rig, HALL, 1);
            held.rig.endRun(HALL, GapCause.CONNECTION_LOST);
        }
    }

    static boolean isInRing(HoldingRig held, Burst burst, StreamId stream) throws IOException {
        return held.store.finder.ring(held.store.streamState(stream), burst.from, burst.to).stream()
                .anyMatch(segment -> segment.run() == burst.run);
    }

    /** Every picture of it reads, with the digest that was acknowledged. */
    static void assertReads(HoldingRig held, Burst burst, StreamId stream) throws IOException {
        List<Segment> found = held.store.segments(stream, burst.from, burst.to);
        int fragments = 0;
        for (Segment segment : found) {
            assertThat(held.store.configuration(segment)).isEqualTo(StoreRig.configurationOf(stream));
            for (FragmentRef ref : segment.fragments()) {
                ByteBuffer payload = held.store.read(segment, ref);
                assertThat(payload)
                        .isEqualTo(StoreRig.payload(stream, segment.run(), ref.sequence(), payload.remaining()));
                fragments++;
            }
        }
        assertThat(fragments).isEqualTo(SmallReels.BURST_FRAGMENTS);
        assertThat(held.store.summaries(stream, burst.from, burst.to)).hasSize(found.size());
    }

    static List<String> check(HoldingRig held) throws IOException {
        return held.store.check(true, Optional.empty()).findings();
    }

    static HeldSpan span(Burst burst) {
        return HeldSpan.of(List.of(GATE), burst.from, burst.to);
    }

    void damage(HoldingRig held, FragmentRef ref) throws IOException {
        Reel reel = held.store.volumes().values().iterator().next().holding(ref.reelSerial());
        if (reel == null) {
            throw new AssertionError("not in the ring: " + ref);
        }
        disk.damage(reel.path, ref.offset() + 1_000, (byte) 1, (byte) 2, (byte) 3, (byte) 4);
    }
}
