// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.controlroom.access;

import java.time.LocalDate;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * What footage may be looked at for. Immutable.
 *
 * @param id {@code crime}; what the audit trail says
 * @param says it to a person, in a sentence
 * @param basis where it comes from
 * @param schemes where it counts; empty for every scheme that does not name its own purposes
 * @param review the day from which on it is suspended until somebody has looked at it again
 * @param added who agreed to it, where it was added to those of the code of practice
 */
public record Purpose(
        String id, String says, Basis basis, Set<String> schemes, LocalDate review, Optional<Approval> added) {
    public Purpose {
        schemes = Set.copyOf(schemes);
    }

    /** Where a purpose comes from. */
    public enum Basis {
        /** One of those that the code of practice states. */
        CODE_OF_PRACTICE("code-of-practice"),
        /** What running the system and answering requests needs, whatever the scheme. */
        INTERNAL("internal"),
        /** Added for one deployment, with the approvals that needs. */
        ADDED("added");

        private final String word;

        Basis(String word) {
            this.word = word;
        }

        static Optional<Basis> of(String word) {
            for (Basis basis : values()) {
                if (basis.word.equals(word)) {
                    return Optional.of(basis);
                }
            }
            return Optional.empty();
        }

        public String word() {
            return word;
        }
    }

    /**
     * What adding a purpose takes: both officers' approval, the data protection officer's view, and the operational
     * assessment. What is missing leaves it a draft.
     *
     * @param assessment where the operational assessment is kept
     */
    public record Approval(
            Optional<LocalDate> sro, Optional<LocalDate> spoc, Optional<LocalDate> dpo, Optional<String> assessment) {
        /** What is missing, in words; empty when nothing is. */
        Set<String> missing() {
            Set<String> missing = new TreeSet<>();
            if (sro.isEmpty()) {
                missing.add("the senior responsible officer's approval (sro)");
            }
            if (spoc.isEmpty()) {
                missing.add("the single point of contact's approval (spoc)");
            }
            if (dpo.isEmpty()) {
                missing.add("the data protection officer's view (dpo)");
            }
            if (assessment.isEmpty()) {
                missing.add("the operational assessment (assessment)");
            }
            return missing;
        }
    }

    /** Why it cannot be used on this day, in words; empty when it can. */
    Optional<String> suspended(LocalDate today) {
        if (basis == Basis.ADDED) {
            Set<String> missing = added.map(Approval::missing).orElse(Set.of("every approval"));
            if (!missing.isEmpty()) {
                return Optional.of("a draft: missing is " + String.join(", ", missing));
            }
        }
        return today.isBefore(review) ? Optional.empty() : Optional.of("suspended: its review was due on " + review);
    }

    /** @param ofScheme the purposes that the scheme names for itself; empty where it names none */
    boolean isFor(String scheme, Set<String> ofScheme) {
        if (!schemes.isEmpty()) {
            return schemes.contains(scheme);
        }
        return basis == Basis.INTERNAL || ofScheme.isEmpty() || ofScheme.contains(id);
    }
}
