// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.hold;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.watchkeep.retention.keys.HeldKey;
import org.watchkeep.retention.store.StreamId;

/**
 * Any order of placing, reviewing, ending, copying, erasing, restarting, and of trail and key homes failing. At every step:
 * what a hold in force keeps opens; what no hold keeps does not outlive its root; the register is what the trail says.
 */
class HoldsModelTest {
    private static final int STEPS = 120;
    private static final int EPOCHS_KEPT = 48;

    /** What was promised: the keys of each hold that is in force and not in the vault. */
    private final Map<HoldId, Set<HeldKey>> promised = new HashMap<>();

    @Property(tries = 120)
    void anyOrder_heldOpensAndReleasedDoesNot(@ForAll long seed) throws IOException {
        promised.clear();
        Random random = new Random(seed);
        HoldRig rig = new HoldRig();
        for (int step = 0; step < STEPS; step++) {
            rig.trailFails = random.nextInt(12) == 0;
            rig.keysFail = random.nextInt(12) == 0;
            try {
                act(rig, random);
            } catch (IOException told) {
                assertThat(told).hasMessageContaining("told to fail");
            }
            checkHeld(rig, "seed " + seed + " step " + step);
        }
        rig.trailFails = false;
        rig.keysFail = false;
        assertThat(rig.restart()).as("alarms, seed %s", seed).isEmpty();
        checkHeld(rig, "seed " + seed + " at the end");
        Set<HeldKey> needed = new TreeSet<>();
        rig.register.holds().stream().filter(Hold::needsItsReels).forEach(hold -> needed.addAll(keysOf(hold)));
        assertThat(needed).as("nothing is kept for no hold, seed %s", seed).containsAll(rig.kept);
    }

    private void act(HoldRig rig, Random random) throws IOException {
        List<Hold> holds = rig.register.holds();
        HoldId id = holds.isEmpty()
                ? new HoldId("H-2026-000001")
                : holds.get(random.nextInt(holds.size())).id();
        switch (random.nextInt(11)) {
            case 0, 1, 2 -> place(rig, random);
            case 3 -> rig.holds.release(id, Optional.of("over"), HoldRig.OWNER, Optional.of(HoldRig.OTHER));
            case 4 -> rig.holds.announceEnd(id, Optional.empty(), HoldRig.OWNER);
            case 5 ->
                rig.holds.extend(id, Optional.of(rig.now.plus(HoldRules.REVIEW)), Optional.empty(), HoldRig.OWNER);
            case 6 -> rig.holds.confirm(id, HoldRig.OWNER);
            case 7 -> {
                rig.now = rig.now.plus(Duration.ofHours(random.nextInt(60)));
                rig.holds.releaseEnded();
            }
            case 8 -> {
                Optional<Hold> hold = rig.register.hold(id);
                if (hold.isPresent() && hold.get().state() == HoldState.SECURED) {
                    rig.holds.copied(id, 1, 1, "0".repeat(64));
                }
            }
            case 9 -> erase(rig);
            default -> rig.restart();
        }
    }

    private static void place(HoldRig rig, Random random) throws IOException {
        long last = Duration.between(HoldRig.START, rig.now).toHours();
        long from = Math.max(0, last - 1 - random.nextInt(80));
        long to = Math.min(last, from + 1 + random.nextInt(6));
        List<StreamId> streams = HoldRig.STREAMS.subList(random.nextInt(3), 3);
        HoldTerms terms = HoldRig.terms(streams, HoldRig.hour(from), HoldRig.hour(to), rig.now);
        if (random.nextBoolean()) {
            rig.holds.place(terms, HoldRig.OWNER);
        } else {
            rig.holds.placeAutomatic(terms);
        }
    }

    /** As an erasure does it: holds are read, keys of what they hold kept, and only then the root goes. */
    private static void erase(HoldRig rig) throws IOException {
        long due = HoldRig.epochAt(rig.now) - EPOCHS_KEPT;
        for (long epoch = 1; epoch <= due; epoch++) {
            if (rig.erasedAt.containsKey(epoch)) {
                continue;
            }
            Set<HeldKey> held = new TreeSet<>();
            for (StreamId stream : HoldRig.STREAMS) {
                if (rig.register.now().needsItsReel(stream, HoldRig.hour(epoch - 1), HoldRig.hour(epoch))) {
                    held.add(new HeldKey(epoch, HoldRig.number(stream)));
                }
            }
            rig.keep(held);
            rig.erasedAt.put(epoch, rig.now);
        }
    }

    private void checkHeld(HoldRig rig, String when) {
        HoldRegister fromTrail = new HoldRegister();
        rig.entries.forEach(each -> fromTrail.fold(
                each.entry().act().code(),
                each.entry().actor(),
                each.entered(),
                each.entry().data()));
        assertThat(rig.register.holds()).as(when).isEqualTo(fromTrail.holds());
        for (Hold hold : rig.register.holds()) {
            if (!hold.needsItsReels()) {
                promised.remove(hold.id());
                continue;
            }
            promised.computeIfAbsent(hold.id(), id -> openable(rig, hold));
            assertThat(promised.get(hold.id()))
                    .as("%s: what %s holds opens", when, hold.id())
                    .allMatch(rig::opens);
        }
    }

    private static Set<HeldKey> openable(HoldRig rig, Hold hold) {
        Set<HeldKey> keys = keysOf(hold);
        keys.removeIf(key -> !rig.opens(key));
        return keys;
    }

    private static Set<HeldKey> keysOf(Hold hold) {
        Set<HeldKey> keys = new TreeSet<>();
        for (StreamId stream : hold.span().streams()) {
            for (long epoch = HoldRig.epochAt(hold.span().from());
                    HoldRig.hour(epoch - 1).isBefore(hold.span().to());
                    epoch++) {
                keys.add(new HeldKey(epoch, HoldRig.number(stream)));
            }
        }
        return keys;
    }
}
