// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.watchkeep.retention.audit.Commitment;
import org.watchkeep.retention.audit.TrailWriter;

/**
 * What the acts on holds need of an open store.
 *
 * @param entries where they are entered
 * @param eraseLock held while an epoch is erased, while a reel is asked for and cleared, and by every act on a hold
 * @param trail says who acts
 * @param copies what of it stands in the vault; empty where there is none
 */
public record HoldParts(
        TrailWriter entries,
        FootageInReach footage,
        ReentrantLock eraseLock,
        StoreTrail trail,
        Optional<HeldCopies> copies) {
    /** Keeps a person's sentence beside the trail; its commitment goes into the entry. */
    public Commitment keepText(String sentence) throws IOException {
        return trail.isUsed() ? trail.text(sentence) : Commitment.to(sentence);
    }
}
