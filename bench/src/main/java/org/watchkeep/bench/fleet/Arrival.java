// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.bench.fleet;

/** How a camera hands its packets to the network. */
public enum Arrival {
    /** A picture's packets at once, as encoders do that fill a send buffer and let go. */
    BURST,
    /** Every packet by itself, spread over the picture's time, as cameras do that smooth their traffic. */
    PACKET
}
