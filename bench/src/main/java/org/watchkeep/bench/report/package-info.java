// SPDX-License-Identifier: Apache-2.0
/**
 * What all benches share when they read their arguments, say where they ran, and show what came out: as a page with charts,
 * and as the tables of RESULTS.md. It reads the JSON that the benches print and knows none of them. Immutable values; any
 * thread.
 */
@NullMarked
package org.watchkeep.bench.report;

import org.jspecify.annotations.NullMarked;
