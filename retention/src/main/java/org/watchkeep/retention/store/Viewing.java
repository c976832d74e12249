// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Pictures as people may have them: ordinary viewing, to which what is set aside for an open incident is closed, or the viewing
 * of one incident, which sees its own quarantine and no other. The one wall between quarantine and people: whoever hands pictures
 * to anybody reads them here. Recording, checks, copies and roots of footage read past it. Immutable; any thread.
 */
public final class Viewing {
    private final FootageStore store;
    private final HeldFootage held;
    private final Optional<String> incident;

    Viewing(FootageStore store, HeldFootage held, Optional<String> incident) {
        this.store = store;
        this.held = held;
        this.incident = incident;
    }

    /**
     * A fragment's payload, right by its digest; a buffer of its own.
     *
     * @throws QuarantinedException when it is set aside, and not for the incident that is viewed
     */
    public ByteBuffer read(Segment segment, FragmentRef fragment) throws IOException {
        Optional<String> aside = quarantine(segment, fragment);
        if (aside.isPresent()) {
            throw new QuarantinedException(segment.stream() + " at " + fragment.start() + " is set aside for incident "
                    + aside.get() + " and closed to ordinary viewing");
        }
        return store.opened(segment, fragment, RecordHeader.Kind.FRAGMENT).payload();
    }

    /** A GOP is set aside as a whole: what leads to a picture of the incident is there, past its limit, only for the incident. */
    private Optional<String> quarantine(Segment segment, FragmentRef fragment) {
        if (held.quarantine(segment.stream(), segment.start(), segment.end()).isEmpty()) {
            return Optional.empty(); // which is so of nearly all that anybody looks at
        }
        List<FragmentRef> all = segment.fragments();
        int at = Math.max(0, all.indexOf(fragment));
        int first = at;
        while (first > 0 && !all.get(first).isKeyPicture()) {
            first--;
        }
        int end = at + 1;
        while (end < all.size() && !all.get(end).isKeyPicture()) {
            end++;
        }
        return quarantine(
                segment.stream(), all.get(first).start(), all.get(end - 1).end());
    }

    /** For which incident something of this is set aside that whoever views does not see. */
    public Optional<String> quarantine(StreamId stream, Instant from, Instant to) {
        List<String> aside = held.quarantine(stream, from, to);
        // What several have set aside each of them sees: it is evidence of each.
        boolean isTheirs = incident.isPresent() && aside.contains(incident.get());
        return isTheirs ? Optional.empty() : aside.stream().findFirst();
    }
}
