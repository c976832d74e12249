// SPDX-License-Identifier: Apache-2.0
/**
 * {@code bench audit}: how fast the trail takes entries, proves one and is verified. Knows nothing of what entries mean. The
 * command's thread, and for appending as many threads as a busy control room has.
 */
@NullMarked
package org.watchkeep.bench.audit;

import org.jspecify.annotations.NullMarked;
