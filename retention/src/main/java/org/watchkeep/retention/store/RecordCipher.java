// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.List;
import java.util.zip.CRC32C;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;

/**
 * Turns a payload into a record and back: SHA-256 once, AES-256-GCM once, CRC32C over what will lie on the disk.
 * Confined to one thread.
 *
 * <p>The nonce is 96 fresh random bits for each record, never a counter: a counter that restarts after a crash uses a
 * nonce twice, and two records under one nonce give both away.
 */
final class RecordCipher {
    /**
     * JCA is fed 8 KiB at a time: in one great piece its GCM runs interpreted for seconds (see ingest notes), and plain and
     * encrypted bytes of so many stay in the first-level cache from the copy to the checksum. Whole blocks, so that JCA holds
     * nothing back.
     */
    private static final int PIECE_BYTES = 8 << 10;

    /** Random bytes are drawn in stock, 340 nonces' worth, so that the generator is asked seldom. */
    private static final int NONCE_STOCK_BYTES = 340 * RecordHeader.NONCE_BYTES;

    private final SecureRandom random;
    private final Cipher cipher;
    private final MessageDigest sha256;
    private final CRC32C crc = new CRC32C();
    /** JCA copies what lies outside the heap through arrays that it makes anew for each piece; through these nothing is allocated. */
    private final byte[] plain = new byte[PIECE_BYTES];

    private final byte[] encrypted = new byte[PIECE_BYTES + RecordHeader.TAG_BYTES];
    private final byte[] stock = new byte[NONCE_STOCK_BYTES];
    private int stockUsed = NONCE_STOCK_BYTES;

    RecordCipher(SecureRandom random) {
        this.random = random;
        try {
            this.cipher = Cipher.getInstance("AES/GCM/NoPadding");
            this.sha256 = MessageDigest.getInstance("SHA-256");
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java has no AES-GCM or SHA-256", e);
        }
    }

    /** SHA-256 over the pieces; none of them is moved. */
    Digest digest(List<ByteBuffer> pieces) {
        for (ByteBuffer piece : pieces) {
            sha256.update(piece.duplicate());
        }
        return Digest.of(sha256.digest());
    }

    /**
     * Writes the record (placement still zero) from {@code at}; the buffer must have room for {@code
     * header.recordBytes()}. Neither the buffer's nor the pieces' positions move.
     */
    void seal(RecordHeader header, Digest digest, List<ByteBuffer> pieces, SecretKey key, ByteBuffer to, int at) {
        byte[] nonce = nextNonce();
        header.putUnplaced(to, at, nonce);
        ByteBuffer record = to.duplicate().limit(at + header.recordBytes());
        int cipherEnd = at + RecordHeader.BYTES;
        try {
            cipher.init(Cipher.ENCRYPT_MODE, key, new GCMParameterSpec(RecordHeader.TAG_BYTES * 8, nonce));
            cipher.updateAAD(
                    to.duplicate().limit(at + RecordHeader.ASSOCIATED_BYTES).position(at));
            crc.reset();
            System.arraycopy(digest.toBytes(), 0, plain, 0, Digest.BYTES);
            int filled = Digest.BYTES;
            for (ByteBuffer piece : pieces) {
                for (int from = piece.position(); from < piece.limit(); ) {
                    int length = Math.min(PIECE_BYTES - filled, piece.limit() - from);
                    piece.get(from, plain, filled, length);
                    from += length;
                    filled += length;
                    if (filled == PIECE_BYTES) {
                        cipherEnd = put(cipher.update(plain, 0, filled, encrypted, 0), record, cipherEnd);
                        filled = 0;
                    }
                }
            }
            cipherEnd = put(cipher.doFinal(plain, 0, filled, encrypted, 0), record, cipherEnd);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("encryption refused: " + header, e);
        }
        if (cipherEnd != at + header.recordBytes() - 4) {
            throw new IllegalStateException(
                    "record end: " + cipherEnd + " (expected: " + (at + header.recordBytes() - 4) + ") " + header);
        }
        to.putInt(cipherEnd, (int) crc.getValue());
    }

    /** Takes encrypted bytes into the checksum and the record; returns where the next ones go. */
    private int put(int bytes, ByteBuffer to, int at) {
        crc.update(encrypted, 0, bytes);
        to.put(at, encrypted, 0, bytes);
        return at + bytes;
    }

    /** Whether the CRC behind the record's ciphertext is right; needs no key. */
    boolean isIntact(ByteBuffer in, int at, RecordHeader header) {
        int cipherEnd = at + header.recordBytes() - 4;
        return in.getInt(cipherEnd) == crcOf(in, at + RecordHeader.BYTES, cipherEnd);
    }

    /**
     * Decrypts the record and checks tag and digest.
     *
     * @return a buffer of its own with the payload, and the digest taken at receipt
     * @throws AEADBadTagException when the record is not what was encrypted
     */
    Opened open(RecordHeader header, SecretKey key, ByteBuffer in, int at) throws GeneralSecurityException {
        byte[] nonce = RecordHeader.nonce(in, at);
        ByteBuffer associated = ByteBuffer.allocate(RecordHeader.ASSOCIATED_BYTES);
        associated
                .put(in.duplicate().limit(at + RecordHeader.ASSOCIATED_BYTES).position(at))
                .flip();
        RecordHeader.clearPlacement(associated, 0);
        cipher.init(Cipher.DECRYPT_MODE, key, new GCMParameterSpec(RecordHeader.TAG_BYTES * 8, nonce));
        cipher.updateAAD(associated);
        ByteBuffer from = in.duplicate().limit(at + header.recordBytes() - 4).position(at + RecordHeader.BYTES);
        ByteBuffer out = ByteBuffer.allocate(Digest.BYTES + header.payloadBytes());
        cipher.doFinal(from, out);
        out.flip();
        byte[] stored = new byte[Digest.BYTES];
        out.get(stored);
        ByteBuffer payload = out.slice();
        sha256.update(payload.duplicate());
        Digest digest = Digest.of(stored);
        if (!digest.equals(Digest.of(sha256.digest()))) {
            throw new AEADBadTagException("digest taken at receipt differs");
        }
        return new Opened(header, digest, payload);
    }

    /** A decrypted payload with the digest that was taken at receipt, and what its header says. */
    record Opened(RecordHeader header, Digest digest, ByteBuffer payload) {}

    private int crcOf(ByteBuffer in, int from, int to) {
        crc.reset();
        crc.update(in.duplicate().limit(to).position(from));
        return (int) crc.getValue();
    }

    private byte[] nextNonce() {
        if (stockUsed == NONCE_STOCK_BYTES) {
            random.nextBytes(stock);
            stockUsed = 0;
        }
        byte[] nonce = new byte[RecordHeader.NONCE_BYTES];
        System.arraycopy(stock, stockUsed, nonce, 0, RecordHeader.NONCE_BYTES);
        stockUsed += RecordHeader.NONCE_BYTES;
        return nonce;
    }
}
