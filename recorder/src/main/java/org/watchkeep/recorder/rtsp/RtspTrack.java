// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.rtsp;

/**
 * The video track that a session has set up. Immutable.
 *
 * @param connection remote end, {@code 192.0.2.7:554}
 * @param channel interleaved channel of its RTP packets
 */
public record RtspTrack(MediaFormat format, String connection, int channel) {}
