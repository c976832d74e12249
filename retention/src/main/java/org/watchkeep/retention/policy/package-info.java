// SPDX-License-Identifier: Apache-2.0
/**
 * For how long footage is kept, and what time it is for that purpose: the rules of retention classes, the retention clock, the brake, and the order of one erasure.
 *
 * <p>Keys are overwritten by {@code retention.keys}; index, readers and the journal are {@code retention.store}'s, which stands behind the interfaces here.
 *
 * <p>Threads: everything but the immutable values is confined to the store's keeper, or says otherwise.
 */
@NullMarked
package org.watchkeep.retention.policy;

import org.jspecify.annotations.NullMarked;
