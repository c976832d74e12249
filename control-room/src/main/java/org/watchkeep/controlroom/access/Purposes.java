// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.controlroom.access;

import java.time.LocalDate;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.watchkeep.controlroom.control.Refusal;

/** The closed list of what footage may be looked at for. Immutable. */
public final class Purposes {
    private final Map<String, Purpose> byId;
    private final Optional<String> trouble;

    private Purposes(Map<String, Purpose> byId, Optional<String> trouble) {
        this.byId = byId;
        this.trouble = trouble;
    }

    static Purposes of(List<Purpose> purposes) {
        Map<String, Purpose> byId = new LinkedHashMap<>();
        purposes.forEach(purpose -> byId.put(purpose.id(), purpose));
        return new Purposes(byId, Optional.empty());
    }

    /** A list that cannot be read allows nothing; recording goes on. */
    static Purposes unreadable(String why) {
        return new Purposes(Map.of(), Optional.of(why));
    }

    /** Why the list cannot be read; empty when it can. */
    public Optional<String> trouble() {
        return trouble;
    }

    public List<Purpose> all() {
        return List.copyOf(byId.values());
    }

    /** Those that cannot be used on this day, each with the reason. */
    public Map<String, String> suspended(LocalDate today) {
        Map<String, String> suspended = new LinkedHashMap<>();
        byId.values().forEach(purpose -> purpose.suspended(today).ifPresent(why -> suspended.put(purpose.id(), why)));
        return suspended;
    }

    /**
     * What is looked at, and which purposes its scheme names for itself.
     *
     * @param scheme empty for a camera of no scheme
     */
    public record Looked(String camera, Optional<String> scheme, Set<String> ofScheme) {
        public Looked {
            ofScheme = Set.copyOf(ofScheme);
        }
    }

    /**
     * The purpose with this id, which may be used on this day for what is looked at.
     *
     * @throws Refusal when it is not in the list, is a draft or suspended, or is none of that scheme's
     */
    public Purpose require(String id, Looked at, LocalDate today) throws Refusal {
        if (trouble.isPresent()) {
            throw Refusal.environment(
                    "no-purposes", "the list of purposes cannot be read: " + trouble.get(), "Mend the file.");
        }
        Purpose purpose = byId.get(id);
        if (purpose == null) {
            throw Refusal.badInput("bad-purpose", "purpose: " + id, "Give one of " + usable(at, today) + ".");
        }
        Optional<String> why = purpose.suspended(today);
        if (why.isPresent()) {
            throw Refusal.badInput(
                    "purpose-suspended",
                    "purpose " + id + " is " + why.get(),
                    "Have it reviewed and its entry in " + PurposesFile.NAME + " brought up to date, or give one of "
                            + usable(at, today) + ".");
        }
        if (!isFor(purpose, at)) {
            throw Refusal.badInput(
                    "purpose-not-of-scheme",
                    "purpose " + id + " is none of scheme " + at.scheme().orElse("") + ", which camera " + at.camera()
                            + " belongs to",
                    "Give one of " + usable(at, today) + ".");
        }
        return purpose;
    }

    private static boolean isFor(Purpose purpose, Looked at) {
        return at.scheme()
                .map(scheme -> purpose.isFor(scheme, at.ofScheme()))
                .orElse(purpose.schemes().isEmpty());
    }

    private List<String> usable(Looked at, LocalDate today) {
        return byId.values().stream()
                .filter(purpose -> purpose.suspended(today).isEmpty() && isFor(purpose, at))
                .map(Purpose::id)
                .toList();
    }
}
