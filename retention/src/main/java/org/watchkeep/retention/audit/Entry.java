// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.audit;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.watchkeep.retention.audit.EntryScanner.Member;

/**
 * One entry of the trail, of version 1 (audit.md 3). Immutable.
 *
 * @param act the code; {@link Act#ofCode} may not know it
 * @param prev leaf hash of the entry before
 */
public record Entry(
        long index,
        String act,
        Actor actor,
        Optional<Actor> approved,
        Instant happened,
        Instant entered,
        Fields data,
        Hash prev) {
    /** What was written down this long after it happened is shown as late. */
    public static final Duration LATE = Duration.ofHours(24);

    public Entry {
        if (happened.isAfter(entered)) {
            throw new IllegalArgumentException(
                    "happened: " + happened + " (expected: not after " + entered + ", when it is entered)");
        }
    }

    static Entry of(NewEntry entry, long index, Hash prev, Instant entered) {
        return new Entry(
                index,
                entry.act().code(),
                entry.actor(),
                entry.approved(),
                entry.happened().orElse(entered),
                entered,
                entry.data(),
                prev);
    }

    /** Reads canonical bytes; throws for anything else, and for a version that this program does not know. */
    public static Entry parse(byte[] bytes) throws DamagedTrailException {
        EntryScanner scanner = new EntryScanner();
        scanner.scan(bytes, 0, bytes.length);
        return of(scanner);
    }

    /** What the scanner has just scanned. */
    static Entry of(EntryScanner scanner) throws DamagedTrailException {
        if (scanner.version() != EntryScanner.VERSION) {
            throw new DamagedTrailException("entry " + scanner.index() + ": version " + scanner.version()
                    + " (expected: 1; a newer Watchkeep wrote it)");
        }
        try {
            return new Entry(
                    scanner.index(),
                    scanner.text(Member.ACT),
                    new Actor(scanner.text(Member.ACTOR)),
                    scanner.has(Member.APPROVED)
                            ? Optional.of(new Actor(scanner.text(Member.APPROVED)))
                            : Optional.empty(),
                    TimeForm.parse(scanner.text(Member.HAPPENED)),
                    TimeForm.parse(scanner.text(Member.ENTERED)),
                    scanner.data(),
                    scanner.prev());
        } catch (IllegalArgumentException e) {
            throw new DamagedTrailException("entry " + scanner.index() + ": " + e.getMessage(), e);
        }
    }

    /** Canonical bytes: what is hashed. */
    public byte[] toBytes() {
        Fields members = Fields.NONE
                .with("act", act)
                .with("actor", actor.text())
                .with("data", data)
                .with("entered", entered)
                .with("happened", happened)
                .with("index", index)
                .with("prev", prev)
                .with("v", EntryScanner.VERSION);
        if (approved.isPresent()) {
            members = members.with("approved", approved.get().text());
        }
        return members.toString().getBytes(US_ASCII);
    }

    public boolean isLate() {
        return Duration.between(happened, entered).compareTo(LATE) >= 0;
    }
}
