// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.bench.fleet;

import java.util.Locale;
import java.util.function.IntFunction;

/** What a fleet's pictures are coded as, and what its session descriptions say of it. */
public enum PictureKind {
    H264(96, SyntheticNal.H264_1080P.sdp(), seed -> new SyntheticNal(SyntheticNal.H264_1080P, 0, seed, seed * 31)),
    /** H.264 of 3840x2160. */
    H264_4K(96, SyntheticNal.H264_4K.sdp(), seed -> new SyntheticNal(SyntheticNal.H264_4K, 0, seed, seed * 31)),
    H265(96, SyntheticNal.H265_1080P.sdp(), seed -> new SyntheticNal(SyntheticNal.H265_1080P, 0, seed, seed * 31)),
    MJPEG(SyntheticJpeg.PAYLOAD_TYPE, "", seed -> new SyntheticJpeg(0, seed, seed * 31));

    private final int payloadType;
    private final String format;

    @SuppressWarnings("ImmutableEnumChecker") // it makes, and keeps nothing
    private final IntFunction<SyntheticPictures> maker;

    PictureKind(int payloadType, String format, IntFunction<SyntheticPictures> maker) {
        this.payloadType = payloadType;
        this.format = format;
        this.maker = maker;
    }

    /** As it stands in data files: {@code h264-4k}. */
    public String label() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** @throws IllegalArgumentException saying what was expected */
    public static PictureKind of(String label) {
        for (PictureKind kind : values()) {
            if (kind.label().equals(label)) {
                return kind;
            }
        }
        throw new IllegalArgumentException(label + " (expected: h264, h264-4k, h265 or mjpeg)");
    }

    SyntheticPictures pictures(int seed) {
        return maker.apply(seed);
    }

    /** The only media section. */
    String mediaSection() {
        String media = "m=video 0 RTP/AVP " + payloadType + "\r\n";
        return format.isEmpty() ? media : media + format + "\r\n";
    }
}
