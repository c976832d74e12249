// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import java.io.IOException;
import org.watchkeep.retention.policy.Erasing;

/** Enters in the ledger what is erased, by which rule, and under which master; until the audit trail takes its place. Any thread. */
final class ErasureLedger implements Erasing.Trail {
    private final Ledger ledger;
    private final RuleBook rules;
    private final StoreClock clock;

    ErasureLedger(Ledger ledger, RuleBook rules, StoreClock clock) {
        this.ledger = ledger;
        this.rules = rules;
        this.clock = clock;
    }

    /** Durable on return; only then it counts. */
    void enter(LedgerEntry entry) throws IOException {
        ledger.appendDurably(entry, clock.utcMicros());
        rules.fold(entry);
    }

    @Override
    public void due(Erasing.Due due) throws IOException {
        enter(new LedgerEntry.EraseDue(due.epoch(), due.classId(), due.rule().code(), due.days(), due.keptStreams()));
    }

    @Override
    public void erased(Erasing.Erased erased) throws IOException {
        enter(new LedgerEntry.EpochErased(
                erased.due().epoch(),
                erased.due().classId(),
                erased.due().rule().code(),
                erased.counts().streams(),
                erased.counts().segments(),
                erased.counts().fragments(),
                erased.counts().bytes(),
                erased.homes(),
                erased.homesOutstanding(),
                erased.readPastCache(),
                erased.medium()));
    }
}
