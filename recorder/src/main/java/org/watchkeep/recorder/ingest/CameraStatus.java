// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.ingest;

import java.util.Optional;
import org.watchkeep.recorder.rtsp.DatagramCounts;
import org.watchkeep.retention.store.StreamStatus;

/**
 * One camera at one moment, for tables and JSON. Immutable.
 *
 * @param terms how it was talked to last; empty before the first track was set up
 * @param detail why it is not recording; empty while it is
 * @param sessions sessions in which media came, since the start
 * @param packets RTP packets received since the start
 * @param lostPackets RTP packets missing from their sequence since the start
 * @param datagrams what became of UDP datagrams that did not come as they should, since the start
 * @param damagedAccessUnits pictures with a part missing, kept and flagged
 * @param store what the store has made durable
 * @param sub its sub stream, where that is recorded too; all else here is the main stream's
 */
public record CameraStatus(
        String id,
        int number,
        String name,
        Optional<Terms> terms,
        CameraState state,
        String detail,
        long sessions,
        long packets,
        long lostPackets,
        DatagramCounts datagrams,
        long damagedAccessUnits,
        StreamStatus store,
        Optional<CameraStatus> sub) {
    /**
     * How a camera is talked to. Immutable.
     *
     * @param transport {@code tcp}, {@code udp} or {@code rtsps}
     * @param codec {@code h264}, {@code h265} or {@code mjpeg}
     * @param auth {@code none}, {@code basic}, {@code digest-md5}, {@code digest-sha256} and the like
     */
    public record Terms(String transport, String codec, String auth) {}

    CameraStatus withSub(CameraStatus other) {
        return new CameraStatus(
                id,
                number,
                name,
                terms,
                state,
                detail,
                sessions,
                packets,
                lostPackets,
                datagrams,
                damagedAccessUnits,
                store,
                Optional.of(other));
    }

    /** Media time made durable. */
    public double acknowledgedSeconds() {
        return store.acknowledgedMicros() / 1e6;
    }
}
