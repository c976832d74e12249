// SPDX-License-Identifier: Apache-2.0
/**
 * RTP and RTCP as bytes: packet headers, sequence numbers, timestamps, sender reports, and the depacketisers that give back
 * NAL units. What becomes of NAL units (access units, fragments) belongs to {@code recorder.media}; how packets reach us
 * belongs to {@code recorder.rtsp}. Everything here is confined to the event loop of its connection.
 */
@NullMarked
package org.watchkeep.recorder.rtp;

import org.jspecify.annotations.NullMarked;
