// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.hold;

import java.time.Instant;
import java.util.Optional;
import org.watchkeep.retention.audit.Actor;

/**
 * What a hold is to be. Immutable.
 *
 * @param owner who answers for it, by staff number
 * @param review when somebody asks whether it is still needed: a hold without one is refused
 * @param caseId the case it belongs to, {@code SAR-2026-000123}
 * @param reason what a person wrote; it is kept beside the trail, which has a commitment to it
 */
public record HoldTerms(
        HeldSpan span,
        Ground ground,
        Actor owner,
        Optional<Instant> review,
        Optional<IncidentId> incident,
        Optional<String> caseId,
        Optional<String> reason) {

    /** Without incident, case and reason. */
    public static HoldTerms of(HeldSpan span, Ground ground, Actor owner, Instant review) {
        return new HoldTerms(
                span, ground, owner, Optional.of(review), Optional.empty(), Optional.empty(), Optional.empty());
    }

    public HoldTerms inIncident(IncidentId id) {
        return new HoldTerms(span, ground, owner, review, Optional.of(id), caseId, reason);
    }

    public HoldTerms withReason(String text) {
        return new HoldTerms(span, ground, owner, review, incident, caseId, Optional.of(text));
    }

    HoldTerms on(HeldSpan other) {
        return new HoldTerms(other, ground, owner, review, incident, caseId, reason);
    }
}
