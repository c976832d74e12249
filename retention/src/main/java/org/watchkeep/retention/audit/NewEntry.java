// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.audit;

import java.time.Instant;
import java.util.Optional;

/**
 * What is to be entered: all of an entry that its author knows. Checked here, before anything is written. Immutable.
 *
 * @param approved a second person who agreed, another than the actor
 * @param happened when it happened, for what was written down later; empty: now
 */
public record NewEntry(Act act, Actor actor, Optional<Actor> approved, Optional<Instant> happened, Fields data) {
    public NewEntry {
        act.check(data);
        if (approved.isPresent() && approved.get().equals(actor)) {
            throw new IllegalArgumentException("approved by: " + actor + " (expected: another than who acts)");
        }
    }

    public static NewEntry of(Act act, Actor actor, Fields data) {
        return new NewEntry(act, actor, Optional.empty(), Optional.empty(), data);
    }

    /** Of what the recorder does by its own rules. */
    public static NewEntry byMachine(Act act, Fields data) {
        return of(act, Actor.MACHINE, data);
    }

    public NewEntry approvedBy(Actor second) {
        return new NewEntry(act, actor, Optional.of(second), happened, data);
    }

    public NewEntry happenedAt(Instant time) {
        return new NewEntry(act, actor, approved, Optional.of(time), data);
    }
}
