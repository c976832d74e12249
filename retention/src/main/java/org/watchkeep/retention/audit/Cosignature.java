// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.audit;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;

/** A witness's Ed25519 signature over a checkpoint and the time it saw it (C2SP tlog-cosignature, type 4). Stateless. */
final class Cosignature {
    private static final int TIME_BYTES = 8;

    private Cosignature() {}

    static byte[] message(String noteText, long posixSeconds) {
        return ("cosignature/v1\ntime " + posixSeconds + "\n" + noteText).getBytes(UTF_8);
    }

    /** What a witness adds to a checkpoint. */
    static SignedNote.Signature sign(String noteText, String name, TrailKey key, long posixSeconds) {
        VerifierKey witness = VerifierKey.of(
                name, VerifierKey.COSIGNATURE, key.verifier(name).publicKey().toBytes());
        byte[] signature = key.sign(message(noteText, posixSeconds));
        byte[] timed = ByteBuffer.allocate(TIME_BYTES + signature.length)
                .putLong(posixSeconds)
                .put(signature)
                .array();
        return SignedNote.line(witness, timed);
    }

    /** The time of a good cosignature of this witness. */
    static Optional<Long> time(SignedNote note, VerifierKey witness) {
        for (SignedNote.Signature each : note.signatures()) {
            byte[] timed = each.signature();
            if (each.isOf(witness) && timed.length > TIME_BYTES) {
                long seconds = ByteBuffer.wrap(timed).getLong();
                byte[] signature = Arrays.copyOfRange(timed, TIME_BYTES, timed.length);
                if (seconds >= 0 && witness.verifies(message(note.text(), seconds), signature)) {
                    return Optional.of(seconds);
                }
            }
        }
        return Optional.empty();
    }
}
