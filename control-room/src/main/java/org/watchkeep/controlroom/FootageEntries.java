// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.controlroom;

import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.watchkeep.controlroom.access.SitePurposes;
import org.watchkeep.controlroom.control.Refusal;
import org.watchkeep.controlroom.control.Span;
import org.watchkeep.controlroom.control.StoreActs;
import org.watchkeep.retention.audit.Act;
import org.watchkeep.retention.audit.Fields;
import org.watchkeep.retention.audit.NewEntry;
import org.watchkeep.retention.store.StoreClock;
import org.watchkeep.retention.store.StoreTrail;
import org.watchkeep.retention.store.StreamId;

/** Enters that footage leaves the store, before it does: no entry, no footage. Any thread. */
final class FootageEntries implements StoreActs.BeforeExtracting {
    private static final String NOT_STATED = "not-stated";

    private final StoreTrail entries;
    private final StoreClock clock;
    private final SitePurposes purposes;

    FootageEntries(StoreTrail entries, StoreClock clock, SitePurposes purposes) {
        this.entries = entries;
        this.clock = clock;
        this.purposes = purposes;
    }

    @Override
    public void extracting(StreamId stream, Span span, Optional<String> purpose, Optional<String> incident)
            throws IOException, Refusal {
        String stated = purpose.orElse(NOT_STATED);
        if (purpose.isPresent()) {
            purposes.require(stated, stream.camera());
        }
        Fields data = Fields.NONE
                .with("streams", List.of(stream))
                .with("from", bounded(span.from()))
                .with("to", bounded(span.to()))
                .with("purpose", stated);
        Fields all = incident.map(id -> data.with("incident", id)).orElse(data);
        entries.enter(NewEntry.of(Act.FOOTAGE_EXTRACTED, entries.people(), all));
    }

    /** An open end is that of all footage there can be: from 1970 on, until now. */
    private Instant bounded(Instant end) {
        if (end.equals(Instant.MIN)) {
            return Instant.EPOCH;
        }
        return end.equals(Instant.MAX) ? TrailKeeper.instant(clock.utcMicros()) : end;
    }
}
