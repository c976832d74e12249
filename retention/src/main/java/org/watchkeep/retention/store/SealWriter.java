// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import java.nio.ByteBuffer;
import java.util.List;

/** Makes the seal record of a segment: by its appender when it is full, by recovery when a stop left it open. */
final class SealWriter {
    private SealWriter() {}

    /** A seal ready to be encrypted. */
    record Sealed(RecordHeader header, Digest digest, ByteBuffer payload) {}

    static Sealed of(SealText text, long segmentStartUtcMicros, int flags, RecordCipher cipher) {
        ByteBuffer payload = text.toBytes();
        Digest digest = cipher.digest(List.of(payload));
        long nextSequence = text.lines().isEmpty()
                ? 0
                : text.lines().get(text.lines().size() - 1).sequence() + 1;
        RecordHeader header = new RecordHeader(
                RecordHeader.Kind.SEAL,
                0,
                0,
                text.epoch(),
                text.stream(),
                text.segment(),
                text.run(),
                nextSequence,
                segmentStartUtcMicros,
                0,
                0,
                flags,
                payload.remaining(),
                Fragment.OFFSET_UNKNOWN,
                segmentStartUtcMicros);
        return new Sealed(header, digest, payload);
    }
}
