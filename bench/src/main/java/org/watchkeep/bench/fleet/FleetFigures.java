// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.bench.fleet;

/**
 * What a fleet has sent up to a moment. Immutable.
 *
 * @param playing streams being played
 * @param pictures pictures handed to the network
 * @param packets RTP packets handed to the network
 * @param bytes bytes handed to the network, RTP and RTSP framing included
 * @param overrunPictures pictures that were due but left out, the receiver being more than two seconds behind
 * @param overrunPackets RTP packets of those: their sequence numbers are passed over, as cameras do
 */
public record FleetFigures(
        int playing, long pictures, long packets, long bytes, long overrunPictures, long overrunPackets) {}
