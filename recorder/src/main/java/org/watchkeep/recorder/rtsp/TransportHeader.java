// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.rtsp;

import java.util.Locale;
import java.util.Optional;

/**
 * The part of a Transport header (RFC 2326 12.39) that interleaved delivery needs. Immutable.
 *
 * @param channels empty where the peer named none
 */
record TransportHeader(Optional<Channels> channels) {
    /** What we ask for, in the one order of parameters that every camera takes (Luckfox takes no other). */
    static String request(Channels channels) {
        return "RTP/AVP/TCP;unicast;interleaved=" + channels;
    }

    /** The two interleaved channels of a track. */
    record Channels(int rtp, int rtcp) {
        static final int MAX = 0xff;

        /** The usual pair of the track with this index. */
        static Channels ofTrack(int index) {
            return new Channels(2 * index, 2 * index + 1);
        }

        @Override
        public String toString() {
            return rtp + "-" + rtcp;
        }
    }

    /**
     * The first transport of the header that is interleaved; empty when none is. Escam Q6 answers {@code RTP/AVP} with
     * {@code interleaved=}: that is TCP all the same. Other parameters (mode, ssrc with blanks before it, empty source) are
     * passed over.
     */
    static Optional<TransportHeader> parse(String value) {
        for (String transport : value.split(",", -1)) {
            String[] parts = transport.split(";", -1);
            Optional<Channels> channels = Optional.empty();
            boolean namesChannels = false;
            for (String part : parts) {
                String parameter = part.strip().toLowerCase(Locale.ROOT);
                if (parameter.startsWith("interleaved=")) {
                    namesChannels = true;
                    channels = channels(parameter.substring("interleaved=".length()));
                }
            }
            boolean isTcp = parts[0].strip().toUpperCase(Locale.ROOT).endsWith("/TCP");
            boolean usable = namesChannels ? channels.isPresent() : isTcp;
            if (usable) {
                return Optional.of(new TransportHeader(channels));
            }
        }
        return Optional.empty();
    }

    /** {@code 0-1}; some name one channel only, or begin at an odd one. */
    private static Optional<Channels> channels(String value) {
        String[] ends = value.replace("\"", "").split("-", 2);
        int rtp = RtspHeaders.unsigned(ends[0]);
        int rtcp = ends.length < 2 ? rtp + 1 : RtspHeaders.unsigned(ends[1]);
        boolean valid = rtp >= 0 && rtp <= Channels.MAX && rtcp >= 0 && rtcp != rtp;
        return valid ? Optional.of(new Channels(rtp, rtcp)) : Optional.empty();
    }
}
