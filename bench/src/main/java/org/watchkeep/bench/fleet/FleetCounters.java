// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.bench.fleet;

import java.util.concurrent.atomic.LongAccumulator;
import java.util.concurrent.atomic.LongAdder;
import org.watchkeep.recorder.camera.WireTally;

/** What a whole fleet has sent. Any thread. */
final class FleetCounters {
    final LongAdder pictures = new LongAdder();
    final LongAdder packets = new LongAdder();
    final LongAdder bytes = new LongAdder();
    final LongAdder mediaNanos = new LongAdder();
    final LongAdder overrunPackets = new LongAdder();
    final LongAdder overrunPictures = new LongAdder();
    final LongAdder overrunNanos = new LongAdder();
    final LongAdder playing = new LongAdder();
    /** Of networks that lose packets on purpose. */
    final WireTally wire = new WireTally();

    final LongAccumulator latestNanos = new LongAccumulator(Math::max, 0);

    FleetFigures figures() {
        return new FleetFigures(
                playing.intValue(),
                pictures.sum(),
                packets.sum() - wire.lost(),
                bytes.sum(),
                mediaNanos.sum() / 1_000,
                overrunPictures.sum(),
                overrunPackets.sum(),
                overrunNanos.sum() / 1_000,
                latestNanos.getThenReset() / 1_000_000,
                wire.lost());
    }
}
