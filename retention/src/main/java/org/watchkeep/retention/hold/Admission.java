// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.hold;

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
import org.watchkeep.retention.store.FootageInReach;
import org.watchkeep.retention.store.FootageInReach.OnReel;

/**
 * Whether a hold can be kept: the vault has room for it, and at the measured speed every reel that it needs is copied before
 * the head comes to it; store.md, section 5. Pure.
 */
public final class Admission {
    /** Held reels take from how long everything else is kept: more than half of them, and the promise is not worth much. */
    private static final int SHARE_OF_REELS = 2;

    private static final double MEGABYTE = 1e6;

    /**
     * What the vault can do.
     *
     * @param copyBytesPerSecond as measured beside the recording that goes on
     */
    public record VaultRoom(long freeBytes, long copyBytesPerSecond) implements Room {
        @Override
        public Optional<Refusal> check(Collection<OnReel> waiting, Collection<OnReel> wanted) {
            return Admission.check(waiting, wanted, this);
        }
    }

    /** Where what is held is to stay. */
    @FunctionalInterface
    public interface Room {
        /**
         * Empty when a hold can be kept; else why not, with both numbers.
         *
         * @param waiting what is held already and stands nowhere but on its reels
         * @param wanted what the new hold would add
         */
        Optional<Refusal> check(Collection<OnReel> waiting, Collection<OnReel> wanted);

        /**
         * What of a hold still stands nowhere but on its reels: without a vault all that it needs.
         *
         * @param all what it needed when it was placed
         */
        default Collection<OnReel> left(Hold hold, Collection<OnReel> all) {
            return all;
        }
    }

    /** Without a vault what is held stays on its reels, and the head goes round on the others. */
    public static Room onReels(FootageInReach footage) {
        return (waiting, wanted) -> checkReels(waiting, wanted, footage);
    }

    private static Optional<Refusal> checkReels(
            Collection<OnReel> waiting, Collection<OnReel> wanted, FootageInReach footage) {
        Map<String, Set<Long>> held = new HashMap<>();
        waiting.forEach(reel ->
                held.computeIfAbsent(reel.volume(), v -> new HashSet<>()).add(reel.serial()));
        Set<String> asked = new HashSet<>();
        for (OnReel reel : wanted) {
            if (held.computeIfAbsent(reel.volume(), v -> new HashSet<>()).add(reel.serial())) {
                asked.add(reel.volume());
            }
        }
        for (String volume : asked) {
            long needed = held.getOrDefault(volume, Set.of()).size();
            long most = footage.reelsOf(volume) / SHARE_OF_REELS;
            if (needed > most) {
                return Optional.of(Refusal.withNumbers(
                        Refusal.Cause.RING_FULL,
                        "the ring has no room for this hold: " + needed + " reels of volume " + volume
                                + " would be held, at most " + most + " may be",
                        "Hold less, or release a hold that is no longer needed.",
                        needed,
                        most));
            }
        }
        return Optional.empty();
    }

    private Admission() {}

    private static String key(OnReel reel) {
        return reel.volume() + "/" + reel.serial();
    }

    /**
     * Empty when it can be kept; else why not, with both numbers.
     *
     * @param waiting what is held already and still to be copied: it takes its share of room and speed
     * @param wanted what the new hold would add
     */
    public static Optional<Refusal> check(Collection<OnReel> waiting, Collection<OnReel> wanted, VaultRoom room) {
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
        late(waiting, room).forEach(late -> lateBefore.add(key(late.reel)));
        List<OnReel> both = new ArrayList<>(waiting);
        both.addAll(wanted);
        Set<String> asked = new HashSet<>();
        wanted.forEach(reel -> asked.add(key(reel)));
        return late(both, room).stream()
                .filter(late -> asked.contains(key(late.reel)) || !lateBefore.contains(key(late.reel)))
                .findFirst()
                .map(Late::refusal);
    }

    private record Late(OnReel reel, long secondsNeeded) {
        Refusal refusal() {
            long available = reel.untilHead().toSeconds();
            return Refusal.withNumbers(
                    Refusal.Cause.TOO_SLOW,
                    "this hold cannot be copied in time: reel " + key(reel) + " would be safe in " + secondsNeeded
                            + " s, and is overwritten in " + available + " s",
                    "Hold less, or wait until holds that are being copied are done.",
                    secondsNeeded,
                    available);
        }
    }

    /** Nearest the head first: in that order they are copied. */
    private static List<Late> late(Collection<OnReel> reels, VaultRoom room) {
        Map<String, OnReel> merged = new HashMap<>();
        for (OnReel reel : reels) {
            merged.merge(
                    key(reel),
                    reel,
                    (one, other) -> new OnReel(
                            one.volume(), one.serial(), one.bytesToCopy() + other.bytesToCopy(), one.untilHead()));
        }
        List<OnReel> inOrder = new ArrayList<>(merged.values());
        inOrder.sort(Comparator.comparing(OnReel::untilHead).thenComparing(Admission::key));
        List<Late> late = new ArrayList<>();
        double seconds = 0;
        for (OnReel reel : inOrder) {
            seconds += reel.bytesToCopy() / (double) Math.max(1, room.copyBytesPerSecond());
            if (seconds > reel.untilHead().toMillis() / 1e3) {
                late.add(new Late(reel, (long) Math.ceil(seconds)));
            }
        }
        return late;
    }

    private static long bytes(Collection<OnReel> reels) {
        return reels.stream().mapToLong(OnReel::bytesToCopy).sum();
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
