// SPDX-License-Identifier: Apache-2.0
/**
 * What all benches share when they read their arguments and say where they ran. Immutable values; any thread.
 */
@NullMarked
package org.watchkeep.bench.report;

import org.jspecify.annotations.NullMarked;
