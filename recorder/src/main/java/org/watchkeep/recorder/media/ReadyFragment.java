// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.media;

import java.nio.ByteBuffer;
import java.util.List;

/**
 * A fragment that is cut and not yet placed on our clock. Owns its pieces until {@code release} has run.
 *
 * @param startTicks its decoding time
 * @param endTicks where the next stands
 * @param rtpTicks RTP time of its first picture, for the camera's clock
 */
record ReadyFragment(
        List<ByteBuffer> pieces, long startTicks, long endTicks, long rtpTicks, int flags, Runnable release) {
    ReadyFragment {
        pieces = List.copyOf(pieces);
    }
}
