// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import javax.crypto.spec.SecretKeySpec;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

/** Every layout on the disk: what is written reads back; a flipped bit, a cut or nonsense is refused, never believed. */
class OnDiskFormatsTest {
    private static RecordHeader header(Random random, int payloadBytes) {
        return new RecordHeader(
                RecordHeader.Kind.FRAGMENT,
                0,
                0,
                random.nextLong(),
                random.nextInt(),
                random.nextInt(),
                random.nextLong(),
                random.nextLong(),
                random.nextLong(),
                random.nextLong(),
                random.nextLong(),
                random.nextInt(),
                payloadBytes,
                random.nextLong(),
                random.nextLong());
    }

    private static byte[] nonce(Random random) {
        byte[] nonce = new byte[RecordHeader.NONCE_BYTES];
        random.nextBytes(nonce);
        return nonce;
    }

    @Property
    void recordHeader_placed_readsBack(@ForAll Random random, @ForAll long serial, @ForAll long link) {
        RecordHeader header = header(random, random.nextInt(Fragment.MAX_BYTES));
        ByteBuffer at = ByteBuffer.allocate(200);
        header.putUnplaced(at, 33, nonce(random));
        RecordHeader.place(at, 33, serial, link);
        RecordHeader read = RecordHeader.read(at, 33);
        assertThat(read).isNotNull();
        assertThat(read)
                .usingRecursiveComparison()
                .ignoringFields("reelSerial", "link")
                .isEqualTo(header);
        assertThat(read.reelSerial()).isEqualTo(serial);
        assertThat(read.link()).isEqualTo(link);
    }

    @Property
    void recordHeader_anyBitFlipped_refused(@ForAll Random random, @ForAll @IntRange(max = 1023) int bit) {
        ByteBuffer at = ByteBuffer.allocate(RecordHeader.BYTES);
        header(random, 1).putUnplaced(at, 0, nonce(random));
        RecordHeader.place(at, 0, 1, 2);
        at.put(bit / 8, (byte) (at.get(bit / 8) ^ 1 << bit % 8));
        assertThat(RecordHeader.read(at, 0)).isNull();
    }

    @Property
    void headers_nonsense_refused(@ForAll @Size(4096) byte[] nonsense) throws StoreException {
        ByteBuffer bytes = ByteBuffer.wrap(nonsense);
        assertThat(RecordHeader.read(bytes, 0)).isNull();
        assertThat(ReelHeader.read(bytes, 0)).isNull();
        assertThat(ReelFooter.readTrailer(bytes, 1, 1 << 26)).isNull();
        assertThat(ReelFooter.readFooter(bytes, 1)).isNull();
    }

    @Property
    void reelHeader_flippedOrWhole(@ForAll Random random, @ForAll @IntRange(max = 4096 * 8 - 1) int bit)
            throws StoreException {
        ReelHeader header =
                new ReelHeader(7, 42, 1, 2, new UUID(random.nextLong(), 1), new UUID(3, random.nextLong()), "ordinary");
        ByteBuffer block = ByteBuffer.allocate(ReelHeader.BYTES);
        header.put(block, 0);
        assertThat(ReelHeader.read(block, 0)).isEqualTo(header);
        block.put(bit / 8, (byte) (block.get(bit / 8) ^ 1 << bit % 8));
        assertThat(ReelHeader.read(block, 0)).isNull();
    }

    @Property(tries = 200)
    void footer_flippedOrWhole(@ForAll Random random, @ForAll @IntRange(max = 200) int count) {
        ByteBuffer entries = ByteBuffer.allocate(count * ReelFooter.ENTRY_BYTES);
        for (int i = 0; i < count; i++) {
            entries.putLong(4096L * (i + 1));
            header(random, 5).putUnplaced(entries, entries.position(), nonce(random));
            RecordHeader.place(entries, entries.position(), 9, i);
            entries.position(entries.position() + RecordHeader.BYTES);
        }
        ByteBuffer footer = ReelFooter.footer(9, entries.flip());
        List<ReelFooter.Entry> read = ReelFooter.readFooter(footer, 9);
        assertThat(read).hasSize(count);
        assertThat(ReelFooter.readFooter(footer, 10)).isNull();
        if (count > 0) {
            int bit = random.nextInt((24 + count * ReelFooter.ENTRY_BYTES) * 8);
            footer.put(bit / 8, (byte) (footer.get(bit / 8) ^ 1 << bit % 8));
            assertThat(ReelFooter.readFooter(footer, 9)).isNull();
        }
    }

    /** A trailer may be right by its CRC and still nonsense: nothing is allocated at its word. */
    @Property
    void trailer_withARightCrc_neverAsksForMoreThanAReelCanHold(
            @ForAll long offset, @ForAll long bytes, @ForAll long recordsEnd) {
        long reelBytes = 16L << 30;
        ByteBuffer trailer = ReelFooter.trailer(new ReelFooter.Trailer(9, offset, bytes, recordsEnd));
        ReelFooter.Trailer read = ReelFooter.readTrailer(trailer, 9, reelBytes);
        if (read != null) {
            assertThat(read.footerBytes()).isBetween(1L, ReelFooter.MAX_FOOTER_BYTES);
            assertThat(read.footerOffset() + read.footerBytes()).isLessThanOrEqualTo(reelBytes - 4096);
        }
        long tooLong = ReelFooter.MAX_FOOTER_BYTES + 4096;
        ByteBuffer fits = ReelFooter.trailer(new ReelFooter.Trailer(9, 4096, ReelFooter.MAX_FOOTER_BYTES, 4096));
        ByteBuffer tooFar = ReelFooter.trailer(new ReelFooter.Trailer(9, 4096, tooLong, 4096));
        assertThat(ReelFooter.readTrailer(fits, 9, reelBytes)).isNotNull();
        assertThat(ReelFooter.readTrailer(tooFar, 9, reelBytes)).isNull();
        // Of the generation before, which still stands behind what the next one has written.
        assertThat(ReelFooter.readTrailer(fits, 10, reelBytes)).isNull();
    }

    @Property(tries = 300)
    void seal_cutOrFlipped_neverMisread(@ForAll Random random, @ForAll @IntRange(max = 60) int lines)
            throws IOException {
        SealText text = seal(random, lines);
        assertThat(SealText.read(text.toBytes())).isEqualTo(text);
        ByteBuffer cut = text.toBytes();
        cut.limit(random.nextInt(cut.limit()));
        assertThatThrownBy(() -> SealText.read(cut)).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> SealText.read(ByteBuffer.wrap(nonce(random)))).isInstanceOf(IOException.class);
    }

    private static SealText seal(Random random, int lines) {
        byte[] digest = new byte[Digest.BYTES];
        random.nextBytes(digest);
        Digest some = Digest.of(digest);
        return new SealText(
                random.nextInt(),
                random.nextLong(),
                random.nextInt(),
                random.nextLong(),
                random.nextBoolean()
                        ? Optional.empty()
                        : Optional.of(new StreamState.SealedSegment(random.nextLong(), random.nextInt(), some)),
                some,
                random.longs(lines)
                        .mapToObj(n -> new SealText.Line(n, n + 1, n + 2, some))
                        .toList());
    }

    @Property(tries = 200)
    void record_sealedAndOpened_sameBytes_anyChangeIsSeen(
            @ForAll Random random, @ForAll @IntRange(min = 1, max = 70_000) int bytes) throws GeneralSecurityException {
        RecordCipher cipher = new RecordCipher(new SecureRandom());
        SecretKeySpec key = new SecretKeySpec(new byte[32], "AES");
        byte[] content = new byte[bytes];
        random.nextBytes(content);
        int split = random.nextInt(bytes);
        List<ByteBuffer> pieces =
                List.of(ByteBuffer.wrap(content, 0, split), ByteBuffer.wrap(content, split, bytes - split));
        RecordHeader header = header(random, bytes);
        ByteBuffer to = ByteBuffer.allocateDirect(header.recordBytes() + 64);
        Digest digest = cipher.digest(pieces);
        cipher.seal(header, digest, pieces, key, to, 17);
        RecordHeader.place(to, 17, 3, 4);
        assertThat(cipher.isIntact(to, 17, header)).isTrue();
        RecordCipher.Opened opened = cipher.open(header, key, to, 17);
        assertThat(opened.digest()).isEqualTo(digest);
        assertThat(opened.payload()).isEqualTo(ByteBuffer.wrap(content));
        int at = 17 + RecordHeader.BYTES + random.nextInt(header.recordBytes() - RecordHeader.BYTES - 4);
        to.put(at, (byte) (to.get(at) ^ 1 << random.nextInt(8)));
        assertThat(cipher.isIntact(to, 17, header)).isFalse();
        assertThatThrownBy(() -> cipher.open(header, key, to, 17)).isInstanceOf(GeneralSecurityException.class);
    }

    /** Where what is encrypted at once ends with the record, just before and just behind. */
    @Test
    void record_anyLengthAboutThatOfAPiece_opens() throws GeneralSecurityException {
        RecordCipher cipher = new RecordCipher(new SecureRandom());
        SecretKeySpec key = new SecretKeySpec(new byte[32], "AES");
        Random random = new Random(5);
        for (int piece : new int[] {8 << 10, 16 << 10, 64 << 10}) {
            for (int bytes = piece - Digest.BYTES - 17; bytes <= piece - Digest.BYTES + 17; bytes++) {
                byte[] content = new byte[bytes + 3];
                random.nextBytes(content);
                List<ByteBuffer> pieces = List.of(
                        ByteBuffer.wrap(content, 3, 7),
                        ByteBuffer.allocateDirect(bytes - 7).put(0, content, 10, bytes - 7));
                RecordHeader header = header(random, bytes);
                ByteBuffer to = ByteBuffer.allocateDirect(header.recordBytes() + 1);
                Digest digest = cipher.digest(pieces);
                cipher.seal(header, digest, pieces, key, to, 0);
                assertThat(cipher.isIntact(to, 0, header)).isTrue();
                assertThat(to.get(header.recordBytes())).isZero();
                RecordCipher.Opened opened = cipher.open(header, key, to, 0);
                assertThat(opened.digest()).isEqualTo(digest);
                assertThat(opened.payload()).isEqualTo(ByteBuffer.wrap(content, 3, bytes));
            }
        }
    }

    /** What says what the footage is cannot be changed under the ciphertext; where it lies can. */
    @Test
    void record_headerChanged_doesNotOpen() throws GeneralSecurityException {
        RecordCipher cipher = new RecordCipher(new SecureRandom());
        SecretKeySpec key = new SecretKeySpec(new byte[32], "AES");
        List<ByteBuffer> pieces = List.of(ByteBuffer.wrap(new byte[100]));
        RecordHeader header = header(new Random(4), 100);
        ByteBuffer to = ByteBuffer.allocate(header.recordBytes());
        cipher.seal(header, cipher.digest(pieces), pieces, key, to, 0);
        for (int at = 24; at < RecordHeader.ASSOCIATED_BYTES; at++) {
            byte was = to.get(at);
            to.put(at, (byte) (was ^ 1));
            assertThatThrownBy(() -> cipher.open(header, key, to, 0)).isInstanceOf(GeneralSecurityException.class);
            to.put(at, was);
        }
        RecordHeader.place(to, 0, 77, 78);
        assertThat(cipher.open(header, key, to, 0).payload().remaining()).isEqualTo(100);
    }
}
