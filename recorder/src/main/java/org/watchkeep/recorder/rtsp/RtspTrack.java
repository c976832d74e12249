// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.rtsp;

import java.util.Set;
import org.watchkeep.recorder.rtp.Tolerance;

/**
 * The video track that a session has set up.
 *
 * @param connection remote end, {@code 192.0.2.7:554}
 * @param channel interleaved channel of its RTP packets; over UDP the port of ours that they come to
 * @param transport {@code tcp}, {@code udp} or {@code rtsps}
 * @param tolerances what the session has put up with so far: the session's own set, to which it and the track go on adding.
 *     Confined to the session's event loop
 */
public record RtspTrack(
        MediaFormat format, String connection, int channel, String transport, Set<Tolerance> tolerances) {}
