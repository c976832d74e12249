// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.keys;

import org.bouncycastle.crypto.digests.SHA256Digest;
import org.bouncycastle.crypto.generators.HKDFBytesGenerator;
import org.bouncycastle.crypto.params.HKDFParameters;

/** HKDF-SHA256 (RFC 5869) without a salt: its input is already a uniform 256-bit key. */
final class Hkdf {
    private Hkdf() {}

    static byte[] derive(byte[] key, byte[] info, int bytes) {
        HKDFBytesGenerator hkdf = new HKDFBytesGenerator(new SHA256Digest());
        hkdf.init(new HKDFParameters(key, null, info));
        byte[] derived = new byte[bytes];
        hkdf.generateBytes(derived, 0, bytes);
        return derived;
    }
}
