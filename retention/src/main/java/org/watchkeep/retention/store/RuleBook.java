// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.stream.Stream;

/**
 * What the ledger says of rules, erasures and masters: the rule in force of each class, erasures not known to have come to
 * their end, and what backups are on. Any thread.
 */
final class RuleBook {
    private final Map<String, LedgerEntry.RuleSet> inForce = new ConcurrentHashMap<>();
    private final Map<Long, LedgerEntry.EraseDue> unfinished = new ConcurrentSkipListMap<>();
    private final Map<String, List<String>> backups = new ConcurrentHashMap<>();
    private volatile boolean erased;

    /** Hears of an entry; false where it is about something else. */
    boolean fold(LedgerEntry entry) {
        if (entry instanceof LedgerEntry.RuleSet set) {
            inForce.put(set.classId(), set);
        } else if (entry instanceof LedgerEntry.EraseDue due) {
            unfinished.put(due.epoch(), due);
        } else if (entry instanceof LedgerEntry.EpochErased done) {
            unfinished.remove(done.epoch());
            erased = true;
        } else if (entry instanceof LedgerEntry.KeysBackedUp backup) {
            backups.merge(backup.master(), List.of(backup.medium()), RuleBook::joined);
        } else {
            return entry instanceof LedgerEntry.ClockConfirmed || entry instanceof LedgerEntry.MasterRotated;
        }
        return true;
    }

    private static List<String> joined(List<String> some, List<String> more) {
        return Stream.concat(some.stream(), more.stream()).distinct().toList();
    }

    /** What backups of this master are on. */
    List<String> mediaOf(String master) {
        return backups.getOrDefault(master, List.of());
    }

    /** Whether what is configured counts at once: more days, or another reason for as many. Fewer wait for two people. */
    boolean isNews(StoreSettings.ClassSettings configured) {
        LedgerEntry.RuleSet rule = inForce.get(configured.id());
        return rule == null
                || configured.days() > rule.days()
                || (configured.days() == rule.days() && !configured.reason().equals(rule.reason()));
    }

    Optional<LedgerEntry.RuleSet> of(String classId) {
        return Optional.ofNullable(inForce.get(classId));
    }

    /** Of every class that ever had one, also those that are no longer configured. */
    Collection<LedgerEntry.RuleSet> all() {
        return inForce.values();
    }

    /** The same, by their class. */
    SortedMap<String, LedgerEntry.RuleSet> byId() {
        return new TreeMap<>(inForce);
    }

    /** Oldest epoch first. */
    List<LedgerEntry.EraseDue> unfinished() {
        return List.copyOf(unfinished.values());
    }

    /** The trail has erasures that this ledger does not know. */
    void sawErased() {
        erased = true;
    }

    /** The trail says that it came to its end. */
    void finished(long epoch) {
        unfinished.remove(epoch);
        erased = true;
    }

    /** Whether anything was ever erased. */
    boolean hasErased() {
        return erased || !unfinished.isEmpty();
    }
}
