// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.hold;

import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.watchkeep.retention.keys.HeldKey;
import org.watchkeep.retention.store.FootageInReach;

/**
 * What becomes of kept keys when holds end: first what they opened is accounted for, then they are overwritten. One act at a
 * time, under the erase lock: {@link Holds}.
 */
final class EndedHolds {
    private static final Logger log = LoggerFactory.getLogger(EndedHolds.class);

    private final HoldRegister register;
    private final Holds.Surroundings around;

    /** Holds that have ended and what they kept could not be accounted for, since when. */
    private final Map<HoldId, Instant> unaccounted = new HashMap<>();

    /** Holds that have ended, and what they kept was accounted for by this process. */
    private final Set<HoldId> accounted = new HashSet<>();

    /** What was said of keys that no hold explains: once. */
    private final Set<String> said = new HashSet<>();

    EndedHolds(HoldRegister register, Holds.Surroundings around) {
        this.register = register;
        this.around = around;
    }

    /**
     * Overwrites what is kept for holds that have ended or stand in the vault. A key of which no hold was ever placed
     * contradicts the register: it is kept, for the hold wins, and said.
     */
    List<String> dropUnneeded(Set<HoldId> justEnded) throws IOException {
        List<String> alarms = new ArrayList<>();
        Map<HeldKey, List<Hold>> over = new TreeMap<>();
        Set<HoldId> ended = new TreeSet<>(justEnded);
        ended.addAll(unaccounted.keySet());
        List<Hold> all = register.holds();
        for (HeldKey key : around.keys().kept()) {
            Optional<FootageInReach.Extent> extent = around.footage().extent(key);
            if (extent.isEmpty()) {
                continue;
            }
            List<Hold> touching = all.stream()
                    .filter(hold -> hold.span()
                            .touches(
                                    extent.get().stream(),
                                    extent.get().from(),
                                    extent.get().to()))
                    .toList();
            if (touching.isEmpty()) {
                alarms.add("a key is kept that no hold of the register explains: " + key + " of "
                        + extent.get().stream() + "; it is kept on");
            } else {
                // Also where another hold keeps the key: a stop may have come between a release and what is said of it.
                touching.stream()
                        .filter(hold -> !hold.isActive() && !accounted.contains(hold.id()))
                        .map(Hold::id)
                        .forEach(ended::add);
                if (touching.stream().noneMatch(Hold::needsItsReels)) {
                    over.put(key, touching);
                }
            }
        }
        Set<HoldId> waiting = ended.stream().filter(id -> !isAccounted(id)).collect(Collectors.toSet());
        over.values().removeIf(touching -> touching.stream().map(Hold::id).anyMatch(waiting::contains));
        if (!over.isEmpty()) {
            around.keys().drop(over.keySet());
        }
        alarms.stream().filter(said::add).forEach(alarm -> log.error("ALARM holds: {}", alarm));
        return alarms;
    }

    /**
     * While its keys still tell what it was. Where that fails the keys stay for another try, readers have no more of it, and
     * after {@link HoldRules#ACCOUNT_WITHIN} it is erased all the same: an index must not keep it for ever.
     */
    private boolean isAccounted(HoldId id) {
        Hold ended = register.hold(id).orElseThrow();
        HeldSpan span = ended.span();
        try {
            around.footage().ended(span.streams(), span.from(), span.to());
            unaccounted.remove(ended.id());
            accounted.add(ended.id());
            return true;
        } catch (IOException e) {
            Instant since = unaccounted.computeIfAbsent(
                    ended.id(), first -> around.clock().instant());
            boolean isOver = !around.clock().instant().isBefore(since.plus(HoldRules.ACCOUNT_WITHIN));
            if (isOver) {
                unaccounted.remove(ended.id());
            }
            log.error(
                    "ALARM holds: {} is over and what it kept of {} cannot be accounted for: {}; {}",
                    ended.id(),
                    span,
                    e.toString(),
                    isOver ? "its keys go now, and it may look unexplained to the check" : "it is tried again");
            return isOver;
        }
    }
}
