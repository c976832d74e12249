// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.media;

import java.util.Optional;
import java.util.Set;
import org.watchkeep.recorder.rtp.Depacketiser;
import org.watchkeep.recorder.rtp.Tolerance;

/**
 * What a track must know of its codec, and all that differs between codecs: how payloads become access units, and what the
 * units are coded with. Confined to its event loop.
 */
interface UnitFormat {
    /** Makes the format of one track. Bytes of units go to the chain; the builder has the unit they belong to. */
    interface Maker {
        UnitFormat of(
                VideoTrackSettings settings, SlabChain chain, AccessUnitBuilder builder, Set<Tolerance> tolerances);
    }

    /** Why such a stream cannot be recorded at all, by what its SDP says; empty where it can. */
    default Optional<String> refusal() {
        return Optional.empty();
    }

    /** Takes the payloads, in order. */
    Depacketiser depacketiser();

    /**
     * What a key picture is coded with; empty while that is not known. The same object as long as nothing has changed.
     *
     * @param unit complete, and still in the chain
     */
    Optional<VideoConfiguration> configuration(AccessUnit unit);

    /** What is needed before each key picture, in words. */
    String needed();

    /** Parameter sets that could not be read. */
    long unusable();
}
