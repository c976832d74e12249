// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiPredicate;

/**
 * What readers may have: what is within its limit, and beyond it what a hold keeps, whole GOPs and nothing beside them.
 * Any thread, no lock.
 */
final class Showing {
    private final Erasures erasures;
    private final HeldEpochs epochs;
    private final HeldFootage held;
    private final StreamBook streams;

    Showing(Erasures erasures, HeldEpochs epochs, HeldFootage held, StreamBook streams) {
        this.erasures = erasures;
        this.epochs = epochs;
        this.held = held;
        this.streams = streams;
    }

    /** Whether it needs no hold to be shown. */
    boolean isWithinLimit(StreamId stream, long epoch, Instant start) {
        return erasures.isShown(stream, epoch, start);
    }

    /** Whether a hold keeps something of what lies there. */
    boolean isTouchedByHold(StreamId stream, long epoch, Instant start, Instant end) {
        return held.isHeld(stream, start, end)
                && streams.of(stream)
                        .filter(state -> epochs.opens(epoch, state.number))
                        .isPresent();
    }

    /** What of the segment readers may have; the segment itself where that is all. */
    Optional<Segment> shown(Segment segment) {
        return isWithinLimit(segment.stream(), segment.epoch(), segment.start())
                ? Optional.of(segment)
                : heldPart(segment);
    }

    /** What holds keep of it: from the key picture before the first that is held to the last. */
    Optional<Segment> heldPart(Segment segment) {
        return isTouchedByHold(segment.stream(), segment.epoch(), segment.start(), segment.end())
                ? copiedPart(segment)
                : Optional.empty();
    }

    /** The same of a copy in the vault, which needs no key of an epoch. */
    Optional<Segment> copiedPart(Segment copy) {
        return part(copy, (start, end) -> held.isHeld(copy.stream(), start, end));
    }

    /** What of a segment is wanted, whole GOPs: from the key picture before the first fragment wanted to the last. */
    static Optional<Segment> part(Segment segment, BiPredicate<Instant, Instant> isWanted) {
        List<FragmentRef> all = segment.fragments();
        boolean[] kept = new boolean[all.size()];
        int gop = 0;
        int count = 0;
        for (int i = 0; i < all.size(); i++) {
            FragmentRef ref = all.get(i);
            gop = ref.isKeyPicture() ? i : gop;
            if (isWanted.test(ref.start(), ref.end())) {
                for (int back = i; back >= gop && !kept[back]; back--) {
                    kept[back] = true;
                    count++;
                }
            }
        }
        if (count == 0 || count == all.size()) {
            return count == 0 ? Optional.empty() : Optional.of(segment);
        }
        List<FragmentRef> left = new ArrayList<>(count);
        for (int i = 0; i < all.size(); i++) {
            if (kept[i]) {
                left.add(all.get(i));
            }
        }
        return Optional.of(segment.shortened(left));
    }

    /** Whether this record of the segment may be read. */
    boolean mayRead(Segment segment, FragmentRef ref, RecordHeader.Kind kind) {
        if (isWithinLimit(segment.stream(), segment.epoch(), segment.start())) {
            return true;
        }
        return isIn(heldPart(segment), ref, kind);
    }

    /** The same of a copy in the vault: only a hold lets it be read. */
    boolean mayReadCopy(Segment copy, FragmentRef ref, RecordHeader.Kind kind) {
        return isIn(copiedPart(copy), ref, kind);
    }

    private static boolean isIn(Optional<Segment> part, FragmentRef ref, RecordHeader.Kind kind) {
        return switch (kind) {
            case FRAGMENT -> part.isPresent() && part.get().fragments().contains(ref);
            // A seal tells of all that was in the segment, also when and how much.
            case SEAL -> part.isPresent() && part.get().seal().isPresent();
            default -> part.isPresent();
        };
    }
}
