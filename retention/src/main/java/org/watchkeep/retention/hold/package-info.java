// SPDX-License-Identifier: Apache-2.0
/**
 * Holds, incidents and their quarantine: the register folded from the trail, the acts on it, and whether a hold can be kept.
 *
 * <p>Keys that holds keep are written by {@code retention.keys}; what is left of footage, and what the head may overwrite, {@code retention.store} knows; when an epoch is due is the business of {@code retention.policy}. Cases and requests belong to {@code disclosure}.
 *
 * <p>Threads: {@code HoldRegister.now} from any. Acts wait for disks and take the erase lock: never on an event loop.
 */
@NullMarked
package org.watchkeep.retention.hold;

import org.jspecify.annotations.NullMarked;
