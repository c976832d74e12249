// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** A fragment in slabs of 64 KiB becomes a record: SHA-256, AES-256-GCM, CRC32C. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class HashAndEncryptBench {
    private static final int SLAB_BYTES = 64 << 10;

    /** A second of a camera of 4 Mbit/s, and one of a weak one. */
    @Param({"500000", "20000"})
    private int bytes;

    private final RecordCipher cipher = new RecordCipher(new SecureRandom());
    private final SecretKey key = new SecretKeySpec(new byte[32], "AES");
    private final List<ByteBuffer> pieces = new ArrayList<>();
    private ByteBuffer to;
    private RecordHeader header;

    @Setup
    public void open() {
        SplittableRandom random = new SplittableRandom(2);
        for (int left = bytes; left > 0; left -= SLAB_BYTES) {
            ByteBuffer piece = ByteBuffer.allocateDirect(Math.min(SLAB_BYTES, left));
            while (piece.hasRemaining()) {
                piece.put((byte) random.nextInt());
            }
            pieces.add(piece.flip());
        }
        header = new RecordHeader(RecordHeader.Kind.FRAGMENT, 0, 0, 1, 1, 0, 1, 0, 0, 0, 1_000_000, 1, bytes, 0, 0);
        to = ReelFooter.aligned(Math.toIntExact(ReelFooter.blocks(header.recordBytes())));
    }

    @Benchmark
    public Digest hash() {
        return cipher.digest(pieces);
    }

    @Benchmark
    public Digest hashAndEncrypt() {
        Digest digest = cipher.digest(pieces);
        cipher.seal(header, digest, pieces, key, to, 0);
        return digest;
    }
}
