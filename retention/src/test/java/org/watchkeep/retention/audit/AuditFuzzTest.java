// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.audit;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.watchkeep.retention.disk.Disk;
import org.watchkeep.retention.disk.DiskFile;
import org.watchkeep.retention.disk.FakeDisk;

/** What is cut, changed, doubled or nonsense is refused by every parser with our exception and nothing else. */
class AuditFuzzTest {
    private static final int TRIES = 3_000;

    private static final byte[] ENTRY = Entry.of(
                    TrailRig.entry(7), 7, Hash.ofAll(new byte[1]), Instant.parse("2026-11-22T09:00:00.5Z"))
            .toBytes();
    private static final VerifierKey KEY = TrailRig.KEY.verifier("watchkeep.local/trail/00");
    private static final Checkpoint CHECKPOINT =
            Checkpoint.sign(new TreeHead(9, Hash.ofAll(new byte[2])), KEY, TrailRig.KEY);

    private interface Parser {
        void parse(byte[] bytes) throws IOException;
    }

    /** One to four changes, from this seed. */
    private static byte[] spoil(byte[] good, long seed) {
        Random random = new Random(seed);
        byte[] bytes = good;
        for (int i = random.nextInt(4); i >= 0 && bytes.length > 0; i--) {
            int at = random.nextInt(bytes.length);
            int length = Math.min(1 + random.nextInt(40), bytes.length - at);
            bytes = switch (random.nextInt(5)) {
                case 0 -> Arrays.copyOf(bytes, at);
                case 1 -> with(bytes, at, (byte) random.nextInt(256));
                case 2 -> joined(Arrays.copyOf(bytes, at), Arrays.copyOfRange(bytes, at + length, bytes.length));
                case 3 -> joined(Arrays.copyOf(bytes, at + length), Arrays.copyOfRange(bytes, at, bytes.length));
                default -> with(bytes, at, "{}[]\",:\n 0129+-=".getBytes(US_ASCII)[random.nextInt(16)]);
            };
        }
        return bytes;
    }

    private static byte[] with(byte[] bytes, int at, byte value) {
        byte[] copy = bytes.clone();
        copy[at] = value;
        return copy;
    }

    private static byte[] joined(byte[] a, byte[] b) {
        return ByteBuffer.allocate(a.length + b.length).put(a).put(b).array();
    }

    private static void onlyOurs(Parser parser, byte[] bytes) throws IOException {
        try {
            parser.parse(bytes);
        } catch (DamagedTrailException expected) {
            assertThat(expected).hasMessageNotContaining("null");
        }
    }

    @Property(tries = TRIES)
    void entry_spoilt_isRefusedOrCanonicalAgain(@ForAll long seed) throws IOException {
        onlyOurs(bytes -> assertThat(Entry.parse(bytes).toBytes()).isEqualTo(bytes), spoil(ENTRY, seed));
    }

    @Property(tries = TRIES)
    void checkpoint_spoilt_isRefusedOrNotSigned(@ForAll long seed) throws IOException {
        byte[] good = CHECKPOINT.toBytes();
        byte[] bad = spoil(good, seed);
        onlyOurs(
                bytes -> {
                    Checkpoint read = Checkpoint.parse(bytes);
                    boolean isSame = read.head().equals(CHECKPOINT.head())
                            && read.origin().equals(CHECKPOINT.origin());
                    assertThat(isSame || !read.isSignedBy(KEY)).isTrue();
                },
                bad);
    }

    @Property(tries = TRIES)
    void proof_spoilt_isRefusedOrProvesTheSame(@ForAll long seed) throws IOException {
        TlogProof good = new TlogProof(3, List.of(Hash.ZERO, Hash.ofAll(new byte[3])), CHECKPOINT);
        onlyOurs(bytes -> TlogProof.parse(bytes).proves(ENTRY, KEY), spoil(good.toBytes(), seed));
    }

    @Property(tries = TRIES)
    void bundle_spoilt_isRefusedOrTheSameBytes(@ForAll long seed) throws IOException {
        byte[] good = Bundle.encode(List.of(ENTRY, new byte[0], new byte[300]));
        onlyOurs(bytes -> assertThat(Bundle.encode(Bundle.decode(bytes))).isEqualTo(bytes), spoil(good, seed));
    }

    @Property(tries = TRIES)
    void key_spoilt_isRefusedOrTheSame(@ForAll long seed) {
        String bad = new String(spoil(KEY.toString().getBytes(UTF_8), seed), UTF_8);
        try {
            assertThat(VerifierKey.parse(bad).toString()).isEqualTo(bad.strip());
        } catch (IllegalArgumentException expected) {
            assertThat(expected).hasMessageNotContaining("null");
        }
    }

    @Property(tries = 300)
    void journal_spoilt_isRefusedOrAPrefix(@ForAll long seed, @ForAll @IntRange(min = 1, max = 9) int entries)
            throws IOException {
        FakeDisk disk = TrailRig.disk();
        Path journal = TrailRig.FOLDER.resolve("journal/00000000000000000000");
        try (Trail trail = new TrailRig().open(disk)) {
            TrailRig.append(trail, 0, entries);
        }
        List<byte[]> good =
                Journal.read(new TrailFiles(disk, TrailRig.FOLDER), 0).entries();
        byte[] bad = spoil(disk.contents(journal), seed);
        disk.delete(journal);
        try (DiskFile file = disk.open(journal, Disk.Mode.WRITE)) {
            file.write(ByteBuffer.wrap(bad), 0);
        }
        onlyOurs(
                bytes -> {
                    List<byte[]> read = Journal.read(new TrailFiles(disk, TrailRig.FOLDER), 0)
                            .entries();
                    assertThat(read).hasSizeLessThanOrEqualTo(good.size());
                    for (int i = 0; i < read.size(); i++) {
                        assertThat(read.get(i)).isEqualTo(good.get(i));
                    }
                },
                bad);
    }
}
