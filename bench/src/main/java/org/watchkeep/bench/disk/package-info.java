// SPDX-License-Identifier: Apache-2.0
/**
 * {@code bench disk}: how much of a recorder's writing a disk takes. Knows the store's pattern of writing and nothing of
 * footage. Confined to the command's thread.
 */
@NullMarked
package org.watchkeep.bench.disk;

import org.jspecify.annotations.NullMarked;
