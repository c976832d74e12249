// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.hold;

import java.time.Instant;
import java.util.Optional;
import org.watchkeep.retention.audit.Actor;
import org.watchkeep.retention.store.HeldCopies;

/**
 * Do not erase. As the register has it; immutable.
 *
 * @param origin who placed it: a person, the machine on receipt of a request, or the machine with a person's word since
 * @param ends when it will be released, once that was announced
 */
public record Hold(
        HoldId id,
        HeldSpan span,
        Ground ground,
        Actor owner,
        Instant placed,
        Instant review,
        Origin origin,
        HoldState state,
        Optional<IncidentId> incident,
        Optional<String> caseId,
        Optional<Instant> ends) {

    /** Who placed it. */
    public enum Origin {
        PERSON,
        AUTOMATIC,
        CONFIRMED
    }

    /** Where it stands against its date of review. */
    public enum ReviewState {
        AHEAD,
        DUE_SOON,
        OVERDUE
    }

    /** Whether it still keeps anything from being erased. */
    public boolean isActive() {
        return state != HoldState.RELEASED;
    }

    /** Whether its keys and its reels are still needed: not released, and not yet whole in the vault. */
    public boolean needsItsReels() {
        return state == HoldState.PLACED || state == HoldState.SECURED;
    }

    /** Whose copies it has in the vault: its incident's, where it has one, else its own. */
    public String vaultCase() {
        return incident.map(IncidentId::text).orElse(id.text());
    }

    /** What of it is to stand in the vault. */
    public HeldCopies.Wanted wanted() {
        return new HeldCopies.Wanted(vaultCase(), span.streams(), span.from(), span.to());
    }

    /** Overdue keeps holding: that a person forgot must not erase evidence. It is listed until somebody decides. */
    public ReviewState reviewState(Instant now) {
        if (!now.isBefore(review)) {
            return ReviewState.OVERDUE;
        }
        return now.isBefore(review.minus(HoldRules.REMIND_BEFORE)) ? ReviewState.AHEAD : ReviewState.DUE_SOON;
    }

    Hold in(HoldState next) {
        return new Hold(id, span, ground, owner, placed, review, origin, state.moveTo(next), incident, caseId, ends);
    }

    Hold confirmed() {
        return new Hold(id, span, ground, owner, placed, review, Origin.CONFIRMED, state, incident, caseId, ends);
    }

    /** A new date of review; what was announced of its end no longer counts. */
    Hold extendedTo(Instant newReview) {
        return new Hold(id, span, ground, owner, placed, newReview, origin, state, incident, caseId, Optional.empty());
    }

    Hold endingAt(Instant end) {
        return new Hold(id, span, ground, owner, placed, review, origin, state, incident, caseId, Optional.of(end));
    }
}
