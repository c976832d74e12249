// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.rtsp;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.watchkeep.recorder.rtp.Tolerance;

/**
 * What we use of an SDP (RFC 4566). Immutable.
 *
 * @param tool {@code a=tool}: the camera's streaming library, by which a few quirks are known
 * @param control {@code a=control} of the session
 * @param tolerances what was not written as RFC 4566 has it, and put up with
 */
public record SessionDescription(
        Optional<String> tool, Optional<String> control, List<MediaDescription> media, Set<Tolerance> tolerances) {
    public SessionDescription {
        media = List.copyOf(media);
        tolerances = Set.copyOf(tolerances);
    }

    /** Reads an SDP as cameras write it. */
    public static SessionDescription parse(String text) throws RtspFormatException {
        return new SdpReader().read(text);
    }
}
