// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.media;

import java.io.IOException;

/** Bits of a parameter set or slice header that cannot be read. Caught where the camera is known. */
final class BitstreamFormatException extends IOException {
    BitstreamFormatException(String what) {
        super(what);
    }
}
