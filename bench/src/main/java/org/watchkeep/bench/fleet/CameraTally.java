// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.bench.fleet;

import java.util.concurrent.atomic.LongAdder;

/** What one camera's main stream has sent. Any thread. */
final class CameraTally {
    final LongAdder pictures = new LongAdder();
    /** Of slices: what a recording has at least. */
    final LongAdder bytes = new LongAdder();

    final LongAdder mediaNanos = new LongAdder();
}
