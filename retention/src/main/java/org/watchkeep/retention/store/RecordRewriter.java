// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.crypto.SecretKey;
import org.watchkeep.retention.keys.EpochKeys;

/**
 * Encrypts the records of a batch anew, each with a new nonce, for a second try on another reel: the bytes of the first
 * try may lie on the failed one, and no nonce is ever on a disk twice. Any thread.
 */
final class RecordRewriter {
    private final EpochKeys keys;

    RecordRewriter(EpochKeys keys) {
        this.keys = keys;
    }

    /** Returns the records that could not be: their key is gone. They stay in the batch, unreadable. */
    synchronized List<Batch.Entry> encryptAnew(Batch batch) {
        RecordCipher cipher = new RecordCipher(new SecureRandom());
        List<Batch.Entry> lost = new ArrayList<>();
        for (Batch.Entry entry : batch.entries()) {
            if (entry.header.kind() == RecordHeader.Kind.PADDING) {
                continue;
            }
            Optional<SecretKey> key = keys.streamKey(entry.header.epoch(), entry.stream.number);
            if (key.isEmpty()) {
                lost.add(entry);
                continue;
            }
            try {
                ByteBuffer payload = cipher.open(entry.header, key.get(), batch.buffer(), entry.at)
                        .payload();
                cipher.seal(entry.header, entry.digest, List.of(payload), key.get(), batch.buffer(), entry.at);
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException("a record in memory does not open: " + entry.header, e);
            }
        }
        return lost;
    }
}
