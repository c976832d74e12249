// SPDX-License-Identifier: Apache-2.0
/**
 * Copies held footage into the evidence vault, says of a hold that it is copied, and frees the reels of cases that are over.
 *
 * <p>The vault itself, its reels and records are {@code retention.store}'s; what is held, and the acts on holds, {@code retention.hold}'s; the
 * keys of cases {@code retention.keys}'s.
 *
 * <p>Threads: one of its own, that nobody waits for.
 */
@NullMarked
package org.watchkeep.retention.vault;

import org.jspecify.annotations.NullMarked;
