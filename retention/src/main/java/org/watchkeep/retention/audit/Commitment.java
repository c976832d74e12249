// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.audit;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.SecureRandom;

/**
 * Stands in the trail for a sentence that a person wrote (audit.md 4): a hash that text and salt together explain and that
 * says nothing without the salt. Immutable.
 */
public record Commitment(Hash hash, Hash salt) {
    private static final byte[] LABEL = "watchkeep/v1/text\n".getBytes(US_ASCII);

    /** To this text, with a fresh random salt. */
    public static Commitment to(String text) {
        byte[] salt = new byte[Hash.BYTES];
        new SecureRandom().nextBytes(salt);
        return to(text, Hash.of(salt));
    }

    static Commitment to(String text, Hash salt) {
        return new Commitment(Hash.ofAll(LABEL, salt.toBytes(), text.getBytes(UTF_8)), salt);
    }

    /** Whether this was the text. */
    public boolean isTo(String text) {
        return to(text, salt).hash.equals(hash);
    }
}
