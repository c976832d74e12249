// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.rtsp;

import java.util.Map;
import java.util.Optional;

/**
 * One payload type of a media section. Immutable.
 *
 * @param payloadType 0 to 127
 * @param encodingName upper case, {@code H264}; empty where nothing says what it is
 * @param clockRate ticks a second; 90,000 where nothing says so
 * @param fmtp format parameters, names in lower case, values as written
 */
public record MediaFormat(int payloadType, String encodingName, int clockRate, Map<String, String> fmtp) {
    public MediaFormat {
        fmtp = Map.copyOf(fmtp);
    }

    public Optional<String> parameter(String name) {
        return Optional.ofNullable(fmtp.get(name));
    }
}
