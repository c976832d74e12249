// SPDX-License-Identifier: Apache-2.0
/**
 * What no recorder of this design can do without, and nothing else: receive, hash, encrypt, write past the page cache.
 * Its cost per GB is the measure the recorder's is held against. Confined to one thread.
 */
@NullMarked
package org.watchkeep.bench.floor;

import org.jspecify.annotations.NullMarked;
