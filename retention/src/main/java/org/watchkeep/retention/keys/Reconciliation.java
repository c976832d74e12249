// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.keys;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What the homes say together. A pure decision: reads nothing, writes nothing. Confined to one thread.
 *
 * <p>Its rules, in their order:
 *
 * <ol>
 *   <li>Homes of different stores, one home twice, a slot wrapped by another master: refused, nothing is written.
 *   <li>Two different live roots for one epoch, or both homes opened epochs each without the other: refused, both kept.
 *   <li>Erased anywhere beats live, in whatever slot.
 *   <li>Of one root wrapped under two masters, which a rotation leaves, the newer master's wins.
 *   <li>In one slot the higher epoch wins: a lower one was erased before the slot was used again. So live beats empty.
 *   <li>A readable copy beats a damaged one; except that a home used alone is not mended by a stale home's empty or erased
 *       slot, for its damaged block may be all that is left of a newer root.
 * </ol>
 */
final class Reconciliation {
    private static final String CHOOSE =
            "Decide which home to keep, move the other folder away (epochs that only it knows are"
                    + " lost with it), and start again.";

    private final List<HomeContent> homes;
    private final RootCipher cipher;
    private final Map<Long, Slot.Erased> erased = new HashMap<>();
    private final Map<Long, Slot.Live> live = new HashMap<>();
    private final List<KeyAlarm> findings = new ArrayList<>();

    /**
     * What holds from now on. Immutable.
     *
     * @param slots slot n at index n; every live root in it opens under the master
     * @param highestEpoch the highest number ever given out
     */
    record Outcome(List<Slot> slots, long highestEpoch, List<KeyAlarm> findings) {
        Outcome {
            slots = List.copyOf(slots);
            findings = List.copyOf(findings);
        }
    }

    private Reconciliation(List<HomeContent> homes, RootCipher cipher) {
        this.homes = homes;
        this.cipher = cipher;
    }

    /** @param found one or two homes */
    static Outcome of(List<HomeContent> found, RootCipher cipher) throws KeyHomeException {
        checkIdentity(found);
        checkMaster(found, cipher);
        List<HomeContent> opened =
                found.stream().map(home -> withoutBrokenRoots(home, cipher)).toList();
        return new Reconciliation(opened, cipher).decide();
    }

    private static void checkIdentity(List<HomeContent> homes) throws KeyHomeException {
        HomeHeader a = homes.get(0).header();
        HomeHeader b = homes.get(homes.size() - 1).header();
        if (!a.storeId().equals(b.storeId())) {
            throw new KeyHomeException(
                    "key homes " + names(homes) + ": of stores " + a.storeId() + " and " + b.storeId()
                            + " (expected: one store)",
                    "Name the two homes that were made for this store.");
        }
        if (homes.size() == 2 && a.homeId().equals(b.homeId())) {
            throw new KeyHomeException(
                    "key homes " + names(homes) + ": are one home twice (expected: two, each with an id of its own)",
                    "Name two folders; where one is a copy of the other, destroy the copy and make a new home.");
        }
        if (homes.size() == 2 && a.openedAlone() && b.openedAlone()) {
            throw new KeyHomeException(
                    "key homes " + names(homes) + ": each opened epochs without the other, since epoch "
                            + a.aloneSince() + " and " + b.aloneSince() + " (expected: one of them at most)",
                    CHOOSE);
        }
    }

    /** A slot of another master among slots that open is damage; all of them is the wrong keystore. */
    private static void checkMaster(List<HomeContent> homes, RootCipher cipher) throws KeyHomeException {
        String other = "";
        for (HomeContent home : homes) {
            for (Slot slot : home.slots()) {
                if (slot instanceof Slot.Live live) {
                    if (cipher.knows(live.root().masterId())) {
                        return;
                    }
                    other = live.root().masterId();
                }
            }
        }
        if (!other.isEmpty()) {
            throw new KeyHomeException(
                    "key homes " + names(homes) + ": roots are wrapped under master " + other + " (expected: "
                            + cipher.masterId() + ", the one in the keystore)",
                    "Name the keystore that was made for this store, or restore it from the keys backup.");
        }
    }

    private static HomeContent withoutBrokenRoots(HomeContent home, RootCipher cipher) {
        List<Slot> slots = new ArrayList<>(home.slots().size());
        for (Slot slot : home.slots()) {
            slots.add(slot instanceof Slot.Live live ? orSuspect(live, cipher) : slot);
        }
        return new HomeContent(home.name(), home.header(), slots);
    }

    private static Slot orSuspect(Slot.Live live, RootCipher cipher) {
        try {
            Arrays.fill(cipher.unwrap(live), (byte) 0);
            return live;
        } catch (DamagedBlockException e) {
            Slot.Opening opening = live.opening();
            Slot.Claim claim = new Slot.Claim(opening.epoch(), opening.classId(), opening.openedUtcMicros());
            return new Slot.Suspect(live.number(), claim, String.valueOf(e.getMessage()));
        }
    }

    private Outcome decide() throws KeyHomeException {
        long highest = 0;
        int count = 0;
        for (HomeContent home : homes) {
            highest = Math.max(highest, home.header().highestEpoch());
            count = Math.max(count, home.slots().size());
            for (Slot slot : home.slots()) {
                highest = Math.max(highest, slot.epoch());
                if (slot instanceof Slot.Erased e) {
                    erased.merge(e.epoch(), e, (x, y) -> x.erasedAtUtcMicros() <= y.erasedAtUtcMicros() ? x : y);
                }
            }
        }
        for (HomeContent home : homes) {
            for (Slot slot : home.slots()) {
                if (slot instanceof Slot.Live root && !erased.containsKey(root.epoch())) {
                    refuseSecondRoot(root);
                }
            }
        }
        List<Slot> slots = new ArrayList<>(count);
        for (int number = 0; number < count; number++) {
            slots.add(decide(number));
        }
        return new Outcome(slots, highest, findings);
    }

    private void refuseSecondRoot(Slot.Live root) throws KeyHomeException {
        Slot.Live other = live.putIfAbsent(root.epoch(), root);
        if (other != null && (other.number() != root.number() || !sameRoot(other, root))) {
            throw new KeyHomeException(
                    "key homes " + names(homes) + ": epoch " + root.epoch() + " has two different live roots, in slot "
                            + other.number() + " and slot " + root.number() + " (expected: one; both are kept)",
                    CHOOSE);
        }
    }

    private boolean sameRoot(Slot.Live a, Slot.Live b) {
        if (a.equals(b)) {
            return true;
        }
        try {
            byte[] rootA = cipher.unwrap(a);
            byte[] rootB = cipher.unwrap(b);
            boolean same = Arrays.equals(rootA, rootB);
            Arrays.fill(rootA, (byte) 0);
            Arrays.fill(rootB, (byte) 0);
            return same;
        } catch (DamagedBlockException e) {
            return false;
        }
    }

    private Slot decide(int number) {
        HomeContent first = homes.get(0);
        Slot slot = first.slot(number);
        if (homes.size() == 2) {
            HomeContent second = homes.get(1);
            Slot other = second.slot(number);
            if (slot instanceof Slot.Suspect damaged) {
                slot = mended(damaged, first, other);
            } else if (other instanceof Slot.Suspect damaged) {
                slot = mended(damaged, second, slot);
            } else {
                slot = winner(erasedIfErased(slot), erasedIfErased(other), cipher.masterId());
            }
        }
        slot = erasedIfErased(slot);
        if (slot instanceof Slot.Suspect suspect) {
            findings.add(new KeyAlarm(
                    "key homes " + names(homes) + ": slot " + number + " is damaged and no copy explains it: "
                            + suspect.reason(),
                    "Have the disk checked; footage of an epoch whose root stood there cannot be read."));
        }
        return slot;
    }

    private Slot mended(Slot.Suspect damaged, HomeContent where, Slot other) {
        boolean otherMayBeStale = where.header().isAlone() && !(other instanceof Slot.Live);
        if (other instanceof Slot.Suspect || otherMayBeStale) {
            return damaged;
        }
        findings.add(new KeyAlarm(
                "key home " + where.name() + ": slot " + damaged.number()
                        + " was damaged and was written again from the other home: " + damaged.reason(),
                "Nothing needs doing after a power cut; otherwise have the disk checked."));
        return other;
    }

    private static Slot winner(Slot a, Slot b, String masterId) {
        if (a instanceof Slot.Live x && b instanceof Slot.Live y && x.epoch() == y.epoch()) {
            // A rotation came to one of them: the other's wrapping is about to be worth nothing.
            return x.root().masterId().equals(masterId) ? x : y;
        }
        if (a instanceof Slot.Erased x && b instanceof Slot.Erased y && x.epoch() == y.epoch()) {
            return x.erasedAtUtcMicros() <= y.erasedAtUtcMicros() ? x : y;
        }
        return b.epoch() > a.epoch() ? b : a;
    }

    private Slot erasedIfErased(Slot slot) {
        Slot.Erased erasure = erased.get(slot.epoch());
        return slot instanceof Slot.Live root && erasure != null ? root.erasedAt(erasure.erasedAtUtcMicros()) : slot;
    }

    private static String names(List<HomeContent> homes) {
        return String.join(" and ", homes.stream().map(HomeContent::name).toList());
    }
}
