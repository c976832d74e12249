// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.media;

import java.util.Arrays;
import java.util.Optional;

/** The video codecs that are recorded, as RTP names them. */
public enum VideoCodec {
    /** RFC 6184. */
    H264("H264", "h264"),
    /** RFC 7798. */
    H265("H265", "h265"),
    /** RFC 2435. */
    JPEG("JPEG", "mjpeg");

    private final String encodingName;
    private final String label;

    VideoCodec(String encodingName, String label) {
        this.encodingName = encodingName;
        this.label = label;
    }

    /** Of an SDP's {@code rtpmap}, in any case; empty for what is not recorded. */
    public static Optional<VideoCodec> ofEncodingName(String name) {
        return Arrays.stream(values())
                .filter(codec -> codec.encodingName.equalsIgnoreCase(name))
                .findFirst();
    }

    /** As JSON and people see it. */
    public String label() {
        return label;
    }

    /** A track that has seen nothing yet. */
    public VideoTrack track(VideoTrackSettings settings, FragmentSink sink) {
        return new RtpVideoTrack(
                settings,
                sink,
                switch (this) {
                    case H264 -> H264Units::new;
                    case H265 -> H265Units::new;
                    case JPEG -> JpegUnits::new;
                });
    }
}
