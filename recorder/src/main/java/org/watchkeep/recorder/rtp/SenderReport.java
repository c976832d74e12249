// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.rtp;

/**
 * What an RTCP sender report says about time (RFC 3550 6.4.1). Immutable.
 *
 * @param ssrc whose report it is
 * @param ntp 64-bit NTP time: seconds since 1900 in the upper half, binary fraction in the lower
 * @param rtpTimestamp the same instant on the RTP clock
 */
public record SenderReport(int ssrc, long ntp, int rtpTimestamp) {}
