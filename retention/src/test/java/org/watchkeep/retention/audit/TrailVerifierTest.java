// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.audit;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.watchkeep.retention.audit.TrailReport.Kind;
import org.watchkeep.retention.disk.FakeDisk;

/** What can be done to a trail behind its back, and that each of it is named with the first bad entry. */
class TrailVerifierTest {
    private static final int ENTRIES = 700;

    private final TrailRig rig = new TrailRig();

    /** Changes the entries [from the block's first on) of one block. */
    private interface Forger {
        void change(List<byte[]> entries, int place);
    }

    private FakeDisk disk(int entries) throws IOException {
        FakeDisk disk = TrailRig.disk();
        try (Trail trail = rig.open(disk)) {
            TrailRig.append(trail, 1, entries);
            rig.pass(2_000);
            trail.checkpoint();
        }
        return disk;
    }

    private static TrailReport verify(FakeDisk disk) throws IOException {
        return new TrailVerifier(disk, TrailRig.FOLDER, Optional.empty()).run();
    }

    private static TrailReport verify(FakeDisk disk, Checkpoint outside) throws IOException {
        return new TrailVerifier(disk, TrailRig.FOLDER, Optional.of(outside)).run();
    }

    private static Checkpoint checkpoint(FakeDisk disk) throws IOException {
        return Checkpoint.parse(disk.contents(TrailRig.FOLDER.resolve("checkpoint")));
    }

    private static void forge(FakeDisk disk, long index, Forger forger) throws IOException {
        TrailFiles files = new TrailFiles(disk, TrailRig.FOLDER);
        long block = index / TrailFiles.WIDTH;
        int place = (int) (index % TrailFiles.WIDTH);
        if (disk.exists(files.bundle(block))) {
            List<byte[]> entries =
                    new ArrayList<>(Bundle.decode(files.read(files.bundle(block), TrailFiles.MAX_BUNDLE_BYTES)));
            forger.change(entries, place);
            files.write(files.bundle(block), Bundle.encode(entries));
        } else {
            Journal.Content content = Journal.read(files, block * TrailFiles.WIDTH);
            List<byte[]> entries = new ArrayList<>(content.entries());
            forger.change(entries, place);
            Journal.write(files, content.first(), content.prev(), entries).close();
        }
    }

    private static byte[] changed(byte[] entry) {
        byte[] other = entry.clone();
        int at = new String(entry, US_ASCII).indexOf("8123456789");
        other[at] = '7';
        return other;
    }

    private static void assertFound(FakeDisk disk, Kind kind, long firstBad) throws IOException {
        TrailReport report = verify(disk);
        assertThat(report.finding()).as("%s", report).isPresent();
        assertThat(report.finding().get().kind()).as("%s", report).isEqualTo(kind);
        assertThat(report.finding().get().firstBad()).as("%s", report).hasValue(firstBad);
    }

    @Test
    void verify_soundTrail_isGoodAndSaysWhatIsNotExcluded() throws IOException {
        FakeDisk disk = disk(ENTRIES);
        TrailReport report = verify(disk);
        assertThat(report.finding()).isEmpty();
        assertThat(report.head()).isEqualTo(checkpoint(disk).head());
        assertThat(report.notExcludedSince()).contains(Instant.parse("2026-11-22T09:00:00Z"));
        assertThat(verify(disk, checkpoint(disk)).isGood()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 100, 254, 255, 256, 511, 512, 600, 697})
    void verify_entryChanged_isEdited(long index) throws IOException {
        FakeDisk disk = disk(ENTRIES);
        forge(disk, index, (entries, at) -> entries.set(at, changed(entries.get(at))));
        assertFound(disk, Kind.EDITED, index);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 100, 255, 256, 511, 512, 600})
    void verify_entryTakenOut_isDeleted(long index) throws IOException {
        FakeDisk disk = disk(ENTRIES);
        forge(disk, index, (entries, at) -> entries.remove(at));
        assertFound(disk, Kind.DELETED, index);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 100, 254, 256, 510, 512, 600})
    void verify_twoExchanged_isReordered(long index) throws IOException {
        FakeDisk disk = disk(ENTRIES);
        forge(disk, index, (entries, at) -> Collections.swap(entries, at, at + 1));
        assertFound(disk, Kind.REORDERED, index);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 100, 254, 256, 510, 512, 600})
    void verify_strangerPutIn_isInserted(long index) throws IOException {
        FakeDisk disk = disk(ENTRIES);
        forge(disk, index, (entries, at) -> entries.add(at, changed(entries.get(at))));
        assertFound(disk, Kind.INSERTED, index);
    }

    @Test
    void verify_bundleTakenAway_isDeleted() throws IOException {
        FakeDisk disk = disk(ENTRIES);
        disk.delete(new TrailFiles(disk, TrailRig.FOLDER).bundle(1));
        assertFound(disk, Kind.DELETED, 256);
    }

    @Test
    void verify_endCutOff_isTruncatedWithOwnOrKeptCheckpointOnly() throws IOException {
        FakeDisk disk = disk(ENTRIES);
        Checkpoint kept = checkpoint(disk);
        forge(disk, 650, (entries, at) -> entries.subList(at, entries.size()).clear());
        assertFound(disk, Kind.TRUNCATED, 650);
        disk.delete(TrailRig.FOLDER.resolve("checkpoint"));
        assertThat(verify(disk).isGood()).isTrue();
        assertThat(verify(disk, kept).finding().get().kind()).isEqualTo(Kind.TRUNCATED);
    }

    @Test
    void verify_writtenAnewWithTheSameKey_isForkedByKeptCheckpointOnly() throws IOException {
        FakeDisk disk = disk(ENTRIES);
        Checkpoint kept = checkpoint(disk);
        FakeDisk other = TrailRig.disk();
        Trail.begin(new TrailFiles(other, TrailRig.FOLDER), rig.settings(), kept.origin(), Hash.ZERO);
        try (Trail trail = rig.open(other)) {
            TrailRig.append(trail, 1, ENTRIES);
            trail.checkpoint();
        }
        assertThat(verify(other).isGood()).isTrue();
        assertThat(verify(other, kept).finding().get().kind()).isEqualTo(Kind.FORKED);
    }

    @Test
    void verify_writtenAnewWithAnotherKey_isResignedByKeptCheckpointOnly() throws IOException {
        FakeDisk disk = disk(ENTRIES);
        Checkpoint kept = checkpoint(disk);
        FakeDisk other = TrailRig.disk();
        TrailSettings thief = new TrailSettings(
                TrailRig.FOLDER, TrailKey.random(), rig.settings().clock(), alarm -> {});
        Trail.begin(new TrailFiles(other, TrailRig.FOLDER), thief, kept.origin(), Hash.ZERO);
        try (Trail trail = Trail.open(other, thief)) {
            TrailRig.append(trail, 1, ENTRIES);
            trail.checkpoint();
        }
        assertThat(verify(other).isGood()).isTrue();
        assertThat(verify(other, kept).finding().get().kind()).isEqualTo(Kind.RESIGNED);
    }

    @Test
    void verify_chainRewrittenWithTiles_isForkedByOwnCheckpoint() throws IOException {
        FakeDisk disk = disk(ENTRIES);
        Checkpoint kept = checkpoint(disk);
        FakeDisk other = disk(ENTRIES + 1);
        new TrailFiles(other, TrailRig.FOLDER).write(TrailRig.FOLDER.resolve("checkpoint"), kept.toBytes());
        new TrailFiles(other, TrailRig.FOLDER)
                .write(TrailRig.FOLDER.resolve("vkey"), disk.contents(TrailRig.FOLDER.resolve("vkey")));
        assertThat(verify(other).finding().get().kind()).isEqualTo(Kind.FORKED);
    }

    @Test
    void verify_tileChanged_isNamedAtItsEntry() throws IOException {
        FakeDisk disk = disk(ENTRIES);
        disk.damage(new TrailFiles(disk, TrailRig.FOLDER).tile(0, 1), 10 * 32, (byte) 1, (byte) 2);
        assertFound(disk, Kind.EDITED, 266);
    }
}
