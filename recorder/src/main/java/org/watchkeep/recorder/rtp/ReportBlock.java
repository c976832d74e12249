// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.rtp;

/**
 * What a receiver tells a source about its packets (RFC 3550 6.4.1). Immutable.
 *
 * @param source the SSRC that is reported on
 * @param fractionLost share of the packets expected since the last report, in 256ths: 0 to 255
 * @param cumulativeLost packets expected less packets received since the beginning; negative where some came twice; 24 bits
 * @param extendedHighest the highest number received, counted on past its 16 bits
 * @param jitter in ticks of the media clock
 * @param lastSenderReport the middle 32 bits of the NTP time of the last sender report; 0 before the first
 * @param delaySinceLast since that report came, in 65,536ths of a second; 0 before the first
 */
public record ReportBlock(
        int source,
        int fractionLost,
        int cumulativeLost,
        int extendedHighest,
        long jitter,
        int lastSenderReport,
        long delaySinceLast) {}
