// SPDX-License-Identifier: Apache-2.0
/**
 * The mixtures of cameras that a recorder is measured with, as data files, and their reader. What a fleet does with them
 * belongs to {@code bench.fleet}, what a recorder makes of them to {@code bench.ingest}. Immutable values; any thread.
 */
@NullMarked
package org.watchkeep.bench.workload;

import org.jspecify.annotations.NullMarked;
