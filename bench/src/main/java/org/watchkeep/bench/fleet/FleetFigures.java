// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.bench.fleet;

/**
 * What a fleet has sent up to a moment. Immutable.
 *
 * @param playing streams being played
 * @param pictures pictures handed to the network
 * @param packets RTP packets handed to the network, those that the network lost on purpose left out
 * @param bytes bytes handed to the network, RTP and RTSP framing included
 * @param mediaMicros for how long the pictures sent are shown
 * @param overrunPictures pictures that were due but left out, the receiver being more than two seconds behind
 * @param overrunPackets RTP packets of those: their sequence numbers are passed over, as cameras do
 * @param overrunMicros for how long those would have been shown
 * @param latestMillis the longest that a picture was handed out after it was due although the receiver took it: the
 *     fleet's own fault; since the last time it was asked
 * @param wireLost packets that a network of the fleet's own lost on purpose
 */
public record FleetFigures(
        int playing,
        long pictures,
        long packets,
        long bytes,
        long mediaMicros,
        long overrunPictures,
        long overrunPackets,
        long overrunMicros,
        long latestMillis,
        long wireLost) {}
