// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.audit;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The bytes that docs/design/audit.md prints are those that the code makes. They may never change. */
class WorkedExampleTest {
    private static final String ORIGIN = "watchkeep.example/trail/00112233445566778899aabbccddeeff";
    private static final String TEXT = "Theft of a bicycle at the north entrance, seen by a shopkeeper";
    private static final TrailKey KEY = TrailKey.ofSeed(counting(0));

    static byte[] counting(int from) {
        byte[] bytes = new byte[32];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) (from + i);
        }
        return bytes;
    }

    /** The page, or its place when tests run from the root. */
    static String page() throws IOException {
        Path fromModule = Path.of("../docs/design/audit.md");
        return Files.readString(Files.exists(fromModule) ? fromModule : Path.of("docs/design/audit.md"));
    }

    private static List<byte[]> entries() {
        List<byte[]> entries = new ArrayList<>();
        add(
                entries,
                NewEntry.byMachine(
                        Act.TRAIL_BEGUN,
                        Fields.NONE
                                .with("format", 1)
                                .with("key", KEY.verifier(ORIGIN).toString())
                                .with("nonce", Hash.ofAll("example".getBytes(US_ASCII)))
                                .with("origin", ORIGIN)),
                "2026-11-22T09:00:00Z");
        add(
                entries,
                NewEntry.of(
                                Act.HOLD_PLACED,
                                Actor.staff(17),
                                Fields.NONE
                                        .with("automatic", false)
                                        .with("from", Instant.parse("2026-11-21T22:10:00Z"))
                                        .with("to", Instant.parse("2026-11-21T22:40:00Z"))
                                        .with("ground", "crime")
                                        .with("hold", "H-2026-000001")
                                        .with("owner", Actor.staff(4).text())
                                        .with("reason", Commitment.to(TEXT, Hash.of(counting(64))))
                                        .with("review", Instant.parse("2026-12-20T00:00:00Z"))
                                        .with("streams", List.of("north-1/main", "north-2/main")))
                        .approvedBy(Actor.staff(4))
                        .happenedAt(Instant.parse("2026-11-22T09:12:30.500Z")),
                "2026-11-22T09:15:02.041337Z");
        add(
                entries,
                NewEntry.byMachine(
                        Act.EPOCH_ERASED,
                        Fields.NONE
                                .with("class", "ordinary")
                                .with("epoch", 412)
                                .with("segments", 1200)
                                .with("fragments", 71_980)
                                .with("bytes", 8_123_456_789L)
                                .with("homes", 2)
                                .with("outstanding", 0)
                                .with("medium", "in-place")),
                "2026-11-22T10:00:00.000119Z");
        return entries;
    }

    private static void add(List<byte[]> entries, NewEntry entry, String entered) {
        Hash prev = entries.isEmpty() ? Hash.ZERO : Merkle.leaf(entries.get(entries.size() - 1));
        entries.add(
                Entry.of(entry, entries.size(), prev, Instant.parse(entered)).toBytes());
    }

    @Test
    void entries_areThosePrinted() throws IOException {
        String page = page();
        for (byte[] entry : entries()) {
            assertThat(page)
                    .contains("\n" + new String(entry, US_ASCII) + "\n")
                    .contains(Merkle.leaf(entry).toString());
            assertThat(Entry.parse(entry).toBytes()).isEqualTo(entry);
        }
    }

    @Test
    void checkpoint_isThatPrinted() throws IOException {
        List<Hash> leaves = entries().stream().map(Merkle::leaf).toList();
        Hash root = Merkle.node(Merkle.node(leaves.get(0), leaves.get(1)), leaves.get(2));
        Checkpoint checkpoint = Checkpoint.sign(new TreeHead(3, root), KEY.verifier(ORIGIN), KEY);

        assertThat(page()).contains("root         " + root).contains(checkpoint.toString());
        assertThat(Checkpoint.parse(checkpoint.toString().getBytes(UTF_8)).isSignedBy(KEY.verifier(ORIGIN)))
                .isTrue();
    }

    @Test
    void keyAndCommitment_areThosePrinted() throws IOException {
        VerifierKey key = KEY.verifier(ORIGIN);
        assertThat(page())
                .contains("vkey         " + key)
                .contains("public key   " + key.publicKey())
                .contains("commitment   "
                        + Commitment.to(TEXT, Hash.of(counting(64))).hash());
        assertThat(VerifierKey.parse(key.toString())).isEqualTo(key);
    }

    @Test
    void acts_areThosePrinted() throws IOException {
        String page = page();
        for (Act act : Act.values()) {
            String fields = String.join(
                    " ",
                    Arrays.stream(act.fieldList().split(" ", -1))
                            .map(f -> "`" + f + "`")
                            .toList());
            assertThat(page).contains("| `" + act.code() + "` | " + fields + " | ");
        }
        assertThat(page.lines().filter(line -> line.matches("\\| `[a-z]+\\.[a-z-]+` .*")))
                .hasSize(Act.values().length);
    }
}
