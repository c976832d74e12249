// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads a segment back, record by record, and compares it with its seal: every digest in it was taken at receipt. Reads
 * only. Confined to one thread.
 */
final class SegmentReading {
    private final FootageStore store;
    private final Findings findings;
    private final Pace pace;

    /** Hears of what is wrong. A record whose reel was cleared, or whose key was erased, while we looked is not. */
    interface Findings {
        /** A record is not what was recorded. */
        void damaged(Segment segment, String what);

        /** A record that must be there is not. */
        void missing(Segment segment, String what);

        /** The disk gives an error for it: a bad sector, or a disk that fails. */
        void unreadable(Segment segment, FragmentRef ref, IOException cause);

        /** The disk hangs, so nothing is known of it. */
        void notAnswering(FragmentRef ref, NotAnsweringException cause);
    }

    /** Asked after each record; false ends the reading there. */
    interface Pace {
        Pace NONE = bytes -> true;

        boolean mayGoOn(int bytesRead);
    }

    /**
     * What was read.
     *
     * @param digests by sequence, of the fragments that are sound
     * @param whole whether it came to its end
     */
    record Outcome(Map<Long, Digest> digests, boolean whole) {}

    SegmentReading(FootageStore store, Findings findings, Pace pace) {
        this.store = store;
        this.findings = findings;
        this.pace = pace;
    }

    Outcome read(Segment segment) throws IOException {
        Map<Long, Digest> digests = new HashMap<>();
        SealText seal = segment.seal().isEmpty()
                ? null
                : readSeal(segment, segment.seal().get());
        Digest configuration = read(segment, segment.configuration(), RecordHeader.Kind.CONFIGURATION);
        if (seal != null && configuration != null && !configuration.equals(seal.configuration())) {
            findings.damaged(segment, "configuration differs from the segment's seal");
        }
        Map<Long, SealText.Line> sealed = new HashMap<>();
        if (seal != null) {
            seal.lines().forEach(line -> sealed.put(line.sequence(), line));
        }
        for (FragmentRef fragment : segment.fragments()) {
            Digest digest = read(segment, fragment, RecordHeader.Kind.FRAGMENT);
            if (digest != null) {
                digests.put(fragment.sequence(), digest);
                if (seal != null) {
                    compare(segment, fragment, digest, sealed.get(fragment.sequence()));
                }
            }
            sealed.remove(fragment.sequence());
            if (!pace.mayGoOn(fragment.recordBytes())) {
                return new Outcome(digests, false);
            }
        }
        if (store.finder.isReadable(segment)) {
            sealed.keySet()
                    .forEach(sequence ->
                            findings.missing(segment, "sequence " + sequence + ": in the seal, not in the store"));
        }
        return new Outcome(digests, true);
    }

    private @Nullable SealText readSeal(Segment segment, FragmentRef ref) throws IOException {
        try {
            return SealText.read(
                    store.opened(segment, ref, RecordHeader.Kind.SEAL).payload());
        } catch (FragmentGoneException cleared) {
            return null;
        } catch (DamagedSegmentException e) {
            findings.damaged(segment, "seal: " + e.getMessage());
        } catch (NotAnsweringException e) {
            findings.notAnswering(ref, e);
        } catch (IOException e) {
            findings.unreadable(segment, ref, e);
        }
        return null;
    }

    /** The digest taken at receipt; null where there is none to be had. */
    private @Nullable Digest read(Segment segment, FragmentRef ref, RecordHeader.Kind kind) {
        try {
            return store.opened(segment, ref, kind).digest();
        } catch (FragmentGoneException e) {
            if (store.finder.isReadable(segment)) {
                findings.missing(segment, String.valueOf(e.getMessage()));
            }
        } catch (DamagedSegmentException e) {
            findings.damaged(segment, String.valueOf(e.getMessage()));
        } catch (NotAnsweringException e) {
            findings.notAnswering(ref, e);
        } catch (IOException e) {
            findings.unreadable(segment, ref, e);
        }
        return null;
    }

    private void compare(Segment segment, FragmentRef fragment, Digest digest, SealText.@Nullable Line line) {
        boolean same = line != null
                && line.digest().equals(digest)
                && line.startUtcMicros() == StreamState.micros(fragment.start())
                && line.durationMicros() == fragment.durationMicros();
        if (!same) {
            findings.damaged(segment, "sequence " + fragment.sequence() + ": differs from the segment's seal");
        }
    }

    static String name(Segment segment) {
        return segment.stream() + " run " + segment.run() + " segment " + segment.number();
    }
}
