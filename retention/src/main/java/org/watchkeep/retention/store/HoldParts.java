// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import java.util.concurrent.locks.ReentrantLock;
import org.watchkeep.retention.audit.TrailWriter;

/**
 * What the acts on holds need of an open store.
 *
 * @param entries where they are entered: the store's ledger
 * @param eraseLock held while an epoch is erased, while a reel is asked for and cleared, and by every act on a hold
 */
public record HoldParts(TrailWriter entries, FootageInReach footage, ReentrantLock eraseLock) {}
