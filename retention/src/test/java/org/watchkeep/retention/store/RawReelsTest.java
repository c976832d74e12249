// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.Set;
import javax.crypto.SecretKey;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.watchkeep.retention.disk.FakeDisk;
import org.watchkeep.retention.disk.FakeFaults;
import org.watchkeep.retention.keys.Epoch;
import org.watchkeep.retention.keys.EpochKeys;
import org.watchkeep.retention.keys.MasterKeystore;

/** Reads the raw reels as a thief of the disk would: no picture in clear, no key, no nonce used twice. */
class RawReelsTest {
    private static final StreamId GATE = StreamId.main("gate");

    @TempDir
    private Path folder;

    private final FakeDisk disk = new FakeDisk();
    private final TestClock clock = new TestClock();

    @Test
    void rawReels_afterRecordingAndAFailedReel_showNothing() throws IOException {
        StoreSettings settings = StoreRig.settings(folder, 6);
        StoreRig.init(disk, settings, clock);
        try (StoreRig rig = StoreRig.open(disk, settings, clock, GATE)) {
            rig.beginRun(GATE);
            for (int i = 0; i < 70; i++) {
                rig.record(GATE, 300_000);
            }
            rig.awaitAcknowledged(GATE, 70);
            // The reel under the head fails: what was in flight is written again elsewhere, under new nonces.
            disk.faults().failPath(headOf(), FakeFaults.Operation.SYNC);
            for (int i = 0; i < 70; i++) {
                rig.record(GATE, 300_000);
            }
            rig.awaitAcknowledged(GATE, 140);
        }
        Set<String> nonces = new HashSet<>();
        long records = 0;
        for (Path reel : disk.files()) {
            if (!reel.toString().endsWith(".wk")) {
                continue;
            }
            byte[] raw = disk.contents(reel);
            assertThat(contains(raw, "PLAIN PICTURE".getBytes(UTF_8))).isFalse();
            assertThat(contains(raw, "INIT SEGMENT".getBytes(UTF_8))).isFalse();
            ByteBuffer in = ByteBuffer.wrap(raw);
            for (int at = ReelHeader.BYTES; at + RecordHeader.BYTES <= raw.length; ) {
                RecordHeader header = RecordHeader.read(in, at);
                if (header == null) {
                    at += 4096 - at % 4096;
                    continue;
                }
                if (header.kind() != RecordHeader.Kind.PADDING) {
                    assertThat(nonces.add(HexFormat.of().formatHex(RecordHeader.nonce(in, at))))
                            .as("nonce at %d of %s", at, reel)
                            .isTrue();
                    records++;
                }
                at += header.recordBytes();
            }
        }
        assertThat(records)
                .as("140 fragments, configurations, seals, and some of them twice")
                .isGreaterThan(142);
        assertNoKeyInClear();
    }

    /** The newest reel. */
    private Path headOf() throws IOException {
        Path newest = folder;
        long serial = 0;
        for (Path reel : disk.files()) {
            if (reel.toString().endsWith(".wk")) {
                ReelHeader header = ReelHeader.read(ByteBuffer.wrap(disk.contents(reel), 0, ReelHeader.BYTES), 0);
                if (header != null && header.serial() > serial) {
                    serial = header.serial();
                    newest = reel;
                }
            }
        }
        return newest;
    }

    private void assertNoKeyInClear() throws IOException {
        MasterKeystore master = MasterKeystore.open(disk, folder.resolve("master.p12"), "rig".toCharArray());
        try (EpochKeys keys = EpochKeys.open(disk, folder.resolve("home-a"), folder.resolve("home-b"), master)) {
            for (Epoch epoch : keys.epochs()) {
                SecretKey key = keys.streamKey(epoch.number(), 1).orElseThrow();
                for (Path file : disk.files()) {
                    assertThat(contains(disk.contents(file), key.getEncoded()))
                            .as("key in %s", file)
                            .isFalse();
                }
            }
        }
    }

    private static boolean contains(byte[] in, byte[] what) {
        outer:
        for (int i = 0; i + what.length <= in.length; i++) {
            for (int j = 0; j < what.length; j++) {
                if (in[i + j] != what[j]) {
                    continue outer;
                }
            }
            return true;
        }
        return false;
    }
}
