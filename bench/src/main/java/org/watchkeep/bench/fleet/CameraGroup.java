// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.bench.fleet;

import java.util.List;
import org.watchkeep.recorder.rtsp.MediaTransport;

/**
 * Cameras of a fleet that are all alike. Immutable.
 *
 * @param streams the main stream's pictures, then the sub stream's where there is one
 * @param transport by what way media goes out
 * @param login whether they want a login (Digest), at the price of a refused request for each connection
 * @param wire what the network does to their datagrams
 */
public record CameraGroup(
        int cameras,
        PictureKind kind,
        List<StreamPattern> streams,
        MediaTransport transport,
        boolean login,
        Wire wire) {
    /** Far beyond what one machine carries. */
    public static final int MOST_CAMERAS = 8_000;

    /**
     * What a network does to datagrams. Immutable.
     *
     * @param lost share of the packets that never come; {@code duplicated} come twice, {@code reordered} behind later ones
     * @param jitterMillis a picture is late by anything up to this
     */
    public record Wire(double lost, double duplicated, double reordered, int jitterMillis) {
        public static final Wire GOOD = new Wire(0, 0, 0, 0);

        public Wire {
            for (double share : new double[] {lost, duplicated, reordered}) {
                if (!(share >= 0 && share <= 0.5)) {
                    throw new IllegalArgumentException("share of packets: " + share + " (expected: 0 to 0.5)");
                }
            }
            if (jitterMillis < 0 || jitterMillis > 1_000) {
                throw new IllegalArgumentException("jitter: " + jitterMillis + " ms (expected: 0 to 1000)");
            }
        }

        boolean spoils() {
            return lost > 0 || duplicated > 0 || reordered > 0;
        }
    }

    public CameraGroup {
        streams = List.copyOf(streams);
        if (cameras < 1 || cameras > MOST_CAMERAS) {
            throw new IllegalArgumentException("cameras: " + cameras + " (expected: 1 to " + MOST_CAMERAS + ")");
        }
        if (streams.isEmpty() || streams.size() > 2) {
            throw new IllegalArgumentException("streams: " + streams.size() + " (expected: main, or main and sub)");
        }
        if (wire.spoils() && transport != MediaTransport.UDP) {
            throw new IllegalArgumentException("a network that loses packets needs UDP: TCP sends them again");
        }
    }

    /** Plain cameras over TCP that want no login. */
    public static CameraGroup plain(int cameras, StreamPattern pattern) {
        return new CameraGroup(cameras, PictureKind.H264, List.of(pattern), MediaTransport.TCP, false, Wire.GOOD);
    }

    CameraGroup withCameras(int count) {
        return new CameraGroup(count, kind, streams, transport, login, wire);
    }
}
