// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.controlroom;

import java.io.IOException;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.watchkeep.controlroom.access.Purposes;
import org.watchkeep.controlroom.config.SiteConfig;
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
    private final Purposes purposes;
    private final SiteConfig site;

    FootageEntries(StoreTrail entries, StoreClock clock, Purposes purposes, SiteConfig site) {
        this.entries = entries;
        this.clock = clock;
        this.purposes = purposes;
        this.site = site;
    }

    @Override
    public void extracting(StreamId stream, Span span, Optional<String> purpose, Optional<String> incident)
            throws IOException, Refusal {
        String stated = purpose.orElse(NOT_STATED);
        if (purpose.isPresent()) {
            LocalDate today = LocalDate.ofInstant(TrailKeeper.instant(clock.utcMicros()), site.timeZone());
            purposes.require(stated, looked(stream.camera()), today);
        }
        Fields data = Fields.NONE
                .with("streams", List.of(stream))
                .with("from", bounded(span.from()))
                .with("to", bounded(span.to()))
                .with("purpose", stated);
        Fields all = incident.map(id -> data.with("incident", id)).orElse(data);
        entries.enter(NewEntry.of(Act.FOOTAGE_EXTRACTED, entries.people(), all));
    }

    private Purposes.Looked looked(String camera) {
        Optional<String> scheme = site.cameras().stream()
                .filter(known -> known.id().equals(camera))
                .findFirst()
                .flatMap(SiteConfig.Camera::scheme);
        Set<String> ofScheme = site.schemes().stream()
                .filter(known -> scheme.filter(known.id()::equals).isPresent())
                .flatMap(known -> known.purposes().stream())
                .collect(Collectors.toSet());
        return new Purposes.Looked(camera, scheme, ofScheme);
    }

    /** An open end is that of all footage there can be: from 1970 on, until now. */
    private Instant bounded(Instant end) {
        if (end.equals(Instant.MIN)) {
            return Instant.EPOCH;
        }
        return end.equals(Instant.MAX) ? TrailKeeper.instant(clock.utcMicros()) : end;
    }
}
