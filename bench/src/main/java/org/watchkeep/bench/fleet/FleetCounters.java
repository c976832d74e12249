// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.bench.fleet;

import java.util.concurrent.atomic.LongAdder;

/** What a whole fleet has sent. Any thread. */
final class FleetCounters {
    final LongAdder pictures = new LongAdder();
    final LongAdder packets = new LongAdder();
    final LongAdder bytes = new LongAdder();
    final LongAdder overrunPackets = new LongAdder();
    final LongAdder overrunPictures = new LongAdder();
    final LongAdder playing = new LongAdder();

    FleetFigures figures() {
        return new FleetFigures(
                playing.intValue(),
                pictures.sum(),
                packets.sum(),
                bytes.sum(),
                overrunPictures.sum(),
                overrunPackets.sum());
    }
}
