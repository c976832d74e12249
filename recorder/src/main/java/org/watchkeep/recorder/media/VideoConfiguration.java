// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.media;

import java.nio.ByteBuffer;
import java.util.List;

/**
 * What the pictures of a run are coded with: all that its init segment says. Immutable.
 *
 * @param codec RFC 6381 name, {@code avc1.640028}
 * @param width in luma samples, cropped
 * @param height in luma samples, cropped
 * @param reorderPictures how many pictures may be sent before one that is shown earlier; {@link #REORDER_UNKNOWN} where it is
 *     not said, {@link #REORDER_NEVER} where the coding has no way to
 * @param frameTicks length of a picture as the camera declares it, on a 90 kHz clock; 0 where it does not
 * @param meaning all that a decoder would act on: pictures whose configurations differ in it cannot share a run
 * @param sampleEntry its type, {@code avc1}
 * @param decoderConfiguration the box inside the sample entry that a decoder is set up with, whole; empty where the codec needs
 *     none
 * @param isEachKey whether each picture is a key picture, as in JPEG: these do not end fragments
 */
record VideoConfiguration(
        String codec,
        int width,
        int height,
        int reorderPictures,
        long frameTicks,
        List<List<Long>> meaning,
        String sampleEntry,
        ByteBuffer decoderConfiguration,
        boolean isEachKey) {
    /** The camera says nothing: most say nothing and reorder nothing. */
    static final int REORDER_UNKNOWN = -1;

    /** Not a camera's word, which may be wrong, but how it codes: H.264 Baseline, JPEG. */
    static final int REORDER_NEVER = -2;

    VideoConfiguration {
        meaning = List.copyOf(meaning);
        decoderConfiguration = decoderConfiguration.asReadOnlyBuffer();
    }

    /** Of a codec whose pictures depend on each other. */
    VideoConfiguration(
            String codec,
            int width,
            int height,
            int reorderPictures,
            long frameTicks,
            List<List<Long>> meaning,
            String sampleEntry,
            ByteBuffer decoderConfiguration) {
        this(codec, width, height, reorderPictures, frameTicks, meaning, sampleEntry, decoderConfiguration, false);
    }

    @Override
    public ByteBuffer decoderConfiguration() {
        return decoderConfiguration.duplicate();
    }

    /** Whether a decoder set up for one can go on with the other. */
    boolean decodesAs(VideoConfiguration other) {
        return meaning.equals(other.meaning);
    }

    /** For people: {@code avc1.640028 1920x1080}. */
    String describe() {
        return codec + " " + width + "x" + height;
    }
}
