// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.media;

/** What {@link NalWriter} asks of a codec made of NAL units. Confined to its event loop. */
interface NalCodec {
    /** Of each NAL unit. */
    int headerBytes();

    /** Whether a NAL unit whose first byte this is holds a parameter set. */
    boolean isParameterSet(int header);

    /** Takes a whole parameter set; false where it cannot be read. */
    boolean offer(byte[] nal, int length);

    /**
     * Notes in the unit what a NAL unit shows that is no parameter set.
     *
     * @param start its first bytes, at most {@link NalWriter#LOOKED_AT_BYTES}; more than its header
     * @return whether it is a slice: part of a picture
     */
    boolean look(AccessUnit unit, byte[] start, int length);
}
