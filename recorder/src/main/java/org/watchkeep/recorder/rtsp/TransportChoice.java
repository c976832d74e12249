// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.rtsp;

/** How media is asked for. */
public enum TransportChoice {
    /** Interleaved in the RTSP connection first; over UDP where the camera refuses that; remembered for the next session. */
    AUTO,
    /** Interleaved in the RTSP connection, or not at all. */
    TCP,
    /** In datagrams of its own; interleaved only where the camera grants nothing else. */
    UDP
}
