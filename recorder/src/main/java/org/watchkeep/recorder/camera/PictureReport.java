// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.camera;

import java.util.Optional;

/**
 * What {@link PictureProbe} found in a file of decoded pictures. Immutable.
 *
 * @param pictures pictures decoded
 * @param withBarCode how many of them had a readable bar code
 * @param first the first bar code read
 * @param last the last bar code read
 * @param jumps pairs of neighbouring bar codes whose frame numbers do not follow on one another
 */
public record PictureReport(
        long pictures, long withBarCode, Optional<BarCode> first, Optional<BarCode> last, long jumps) {

    /** Whether every picture had a bar code and no number is missing, repeated or out of order. */
    public boolean isUnbroken() {
        return pictures > 0 && withBarCode == pictures && jumps == 0;
    }
}
