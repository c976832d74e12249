// SPDX-License-Identifier: Apache-2.0
/**
 * RTSP 1.0 (RFC 2326) over TCP, both sides: splitting a connection into messages and interleaved frames, SDP, control
 * addresses, Basic and Digest, the client's {@link org.watchkeep.recorder.rtsp.RtspSession} and the one
 * {@link org.watchkeep.recorder.rtsp.RtspServer}. What is inside an RTP packet belongs to {@code recorder.rtp}; when to
 * connect again, and what a failure means for footage, belongs to {@code recorder.ingest}.
 *
 * <p>Everything of one connection runs on that connection's Netty event loop. Parsers are confined to their caller.
 */
@NullMarked
package org.watchkeep.recorder.rtsp;

import org.jspecify.annotations.NullMarked;
