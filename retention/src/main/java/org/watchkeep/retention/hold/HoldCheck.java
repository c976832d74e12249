// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.hold;

import java.time.Instant;
import java.util.Optional;
import org.watchkeep.retention.audit.Actor;
import org.watchkeep.retention.hold.Refusal.Cause;
import org.watchkeep.retention.store.FootageInReach;
import org.watchkeep.retention.store.StreamId;

/** What is wrong with the terms of a hold, before anything is asked of the disk: one clear sentence each. Pure. */
final class HoldCheck {
    private final HoldRegister register;
    private final FootageInReach footage;

    HoldCheck(HoldRegister register, FootageInReach footage) {
        this.register = register;
        this.footage = footage;
    }

    Optional<Refusal> terms(HoldTerms terms, Instant now) {
        Optional<Refusal> wrong = review(terms.review(), now);
        if (wrong.isPresent()) {
            return wrong;
        }
        if (terms.owner().equals(Actor.MACHINE)) {
            return refused(
                    Cause.BAD_OWNER,
                    "the owner of a hold is a person: " + terms.owner() + " (expected: like staff/17)",
                    "Name who answers for it.");
        }
        wrong = span(terms.span(), now);
        if (wrong.isPresent() || terms.incident().isEmpty()) {
            return wrong;
        }
        return openIncident(terms.incident().get());
    }

    Optional<Refusal> span(HeldSpan span, Instant now) {
        if (span.to().isAfter(now)) {
            return refused(
                    Cause.FUTURE,
                    "what is not recorded yet cannot be held: the span ends at " + span.to() + ", it is " + now,
                    "Hold what there is up to now, and place another hold later.");
        }
        for (StreamId stream : span.streams()) {
            if (!footage.knows(stream)) {
                return refused(
                        Cause.UNKNOWN_STREAM,
                        "no such camera stream was ever recorded here: " + stream,
                        "See the list of cameras for how it is written.");
            }
        }
        return Optional.empty();
    }

    Optional<Refusal> review(Optional<Instant> review, Instant now) {
        if (review.isEmpty()) {
            return refused(
                    Cause.NO_REVIEW,
                    "a hold without a date of review is not placed: no hold is without end",
                    "Give the day on which somebody asks whether it is still needed.");
        }
        if (!review.get().isAfter(now) || review.get().isAfter(now.plus(HoldRules.LONGEST_REVIEW))) {
            return refused(
                    Cause.BAD_REVIEW,
                    "date of review: " + review.get() + " (expected: after " + now + ", within "
                            + HoldRules.LONGEST_REVIEW.toDays() + " days)",
                    "Give a day on which somebody can still decide.");
        }
        return Optional.empty();
    }

    private Optional<Refusal> openIncident(IncidentId id) {
        return register.incident(id).filter(Incident::isOpen).isPresent()
                ? Optional.empty()
                : refused(
                        Cause.UNKNOWN_INCIDENT,
                        "no open incident " + id,
                        "Open it first, or place the hold without an incident.");
    }

    private static Optional<Refusal> refused(Cause cause, String message, String next) {
        return Optional.of(Refusal.of(cause, message, next));
    }
}
