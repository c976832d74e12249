// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.hold;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Whether a hold can be kept: the vault has room for it, and at the measured speed every reel that it needs is copied before
 * the head comes to it; store.md, section 5. Pure.
 */
public final class Admission {
    private static final double MEGABYTE = 1e6;

    /**
     * A reel on which something is held that is not yet in the vault.
     *
     * @param untilHead when the head will want it, at the present pace
     */
    public record HeldReel(String volume, long serial, long bytesToCopy, Duration untilHead) {
        private String key() {
            return volume + "/" + serial;
        }
    }

    /**
     * What the vault can do.
     *
     * @param copyBytesPerSecond as measured beside the recording that goes on
     */
    public record VaultRoom(long freeBytes, long copyBytesPerSecond) {}

    private Admission() {}

    /**
     * Empty when it can be kept; else why not, with both numbers.
     *
     * @param waiting what is held already and still to be copied: it takes its share of room and speed
     * @param wanted what the new hold would add
     */
    public static Optional<Refusal> check(Collection<HeldReel> waiting, Collection<HeldReel> wanted, VaultRoom room) {
        long needed = bytes(waiting) + bytes(wanted);
        if (needed > room.freeBytes()) {
            return Optional.of(Refusal.withNumbers(
                    Refusal.Cause.VAULT_FULL,
                    String.format(
                            Locale.ROOT,
                            "the vault has no room for this hold: %.1f MB needed, %.1f MB free",
                            needed / MEGABYTE,
                            room.freeBytes() / MEGABYTE),
                    "Hold less, release a hold that is no longer needed, or give the vault another disk.",
                    needed,
                    room.freeBytes()));
        }
        Set<String> lateBefore = new HashSet<>();
        late(waiting, room).forEach(late -> lateBefore.add(late.reel.key()));
        List<HeldReel> both = new ArrayList<>(waiting);
        both.addAll(wanted);
        Set<String> asked = new HashSet<>();
        wanted.forEach(reel -> asked.add(reel.key()));
        return late(both, room).stream()
                .filter(late -> asked.contains(late.reel.key()) || !lateBefore.contains(late.reel.key()))
                .findFirst()
                .map(Late::refusal);
    }

    private record Late(HeldReel reel, long secondsNeeded) {
        Refusal refusal() {
            long available = reel.untilHead().toSeconds();
            return Refusal.withNumbers(
                    Refusal.Cause.TOO_SLOW,
                    "this hold cannot be copied in time: reel " + reel.key() + " would be safe in " + secondsNeeded
                            + " s, and is overwritten in " + available + " s",
                    "Hold less, or wait until holds that are being copied are done.",
                    secondsNeeded,
                    available);
        }
    }

    /** Nearest the head first: in that order they are copied. */
    private static List<Late> late(Collection<HeldReel> reels, VaultRoom room) {
        Map<String, HeldReel> merged = new HashMap<>();
        for (HeldReel reel : reels) {
            merged.merge(
                    reel.key(),
                    reel,
                    (one, other) -> new HeldReel(
                            one.volume(), one.serial(), one.bytesToCopy() + other.bytesToCopy(), one.untilHead()));
        }
        List<HeldReel> inOrder = new ArrayList<>(merged.values());
        inOrder.sort(Comparator.comparing(HeldReel::untilHead).thenComparing(HeldReel::key));
        List<Late> late = new ArrayList<>();
        double seconds = 0;
        for (HeldReel reel : inOrder) {
            seconds += reel.bytesToCopy() / (double) Math.max(1, room.copyBytesPerSecond());
            if (seconds > reel.untilHead().toMillis() / 1e3) {
                late.add(new Late(reel, (long) Math.ceil(seconds)));
            }
        }
        return late;
    }

    private static long bytes(Collection<HeldReel> reels) {
        return reels.stream().mapToLong(HeldReel::bytesToCopy).sum();
    }

    /**
     * When the copying of a hold begins: at once for what a person placed or confirmed and for incidents; else 72 h before
     * the limit or the head, whichever comes first.
     */
    public static Instant copyFrom(Hold hold, Instant limit, Instant head) {
        if (hold.origin() != Hold.Origin.AUTOMATIC || hold.incident().isPresent()) {
            return hold.placed();
        }
        return (limit.isBefore(head) ? limit : head).minus(HoldRules.COPY_BEFORE);
    }
}
