// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.ingest;

import java.util.concurrent.Executor;
import java.util.random.RandomGenerator;
import org.watchkeep.recorder.media.SlabPool;
import org.watchkeep.recorder.rtsp.Connector;
import org.watchkeep.recorder.rtsp.Timers;
import org.watchkeep.retention.store.StoreClock;

/**
 * What the cameras of one event loop share. Confined to that loop, save the executor, the clock and the budget.
 *
 * @param executor runs on that loop
 */
record CameraLoop(
        Executor executor,
        Connector connector,
        Timers timers,
        StoreClock clock,
        RandomGenerator random,
        SlabPool slabs,
        ConnectBudget budget) {}
