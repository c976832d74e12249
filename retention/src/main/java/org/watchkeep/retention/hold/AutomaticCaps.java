// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.hold;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What the public form may hold before a person has looked: else anybody could fill the vault by asking. What is over a cap
 * is not lost sight of: the request goes to a person at once, who may hold it.
 *
 * <p>Guarded by its own monitor. Counts are in memory: after a restart an address may ask anew.
 */
public final class AutomaticCaps {
    /** Two days of one camera, or an afternoon of a town centre: more than any single request has named. */
    public static final double CAMERA_HOURS_A_REQUEST = 48;

    /** A person asks once or twice, a solicitor's office a few times. */
    public static final int REQUESTS_A_DAY = 10;

    /** Of the vault, for all automatic holds together: the rest stays for what people hold. */
    public static final double SHARE_OF_VAULT = 0.20;

    /** Addresses remembered for a day: about 2 MB. More in a day is an attack, and everything then goes to a person. */
    static final int MAX_ADDRESSES = 10_000;

    private static final Duration DAY = Duration.ofDays(1);

    private final Map<String, Deque<Instant>> askedBy = new HashMap<>();

    /**
     * What all automatic holds have of the vault.
     *
     * @param heldBytes by automatic holds that nobody has confirmed
     * @param neededBytes by the one that is asked for
     */
    public record Share(long heldBytes, long neededBytes, long vaultBytes) {}

    /** Counts a request of this address; empty when it may hold by itself, else one sentence for the person it goes to. */
    public synchronized Optional<String> ask(String address, HeldSpan span, Share share, Instant now) {
        double hours = span.cameraHours();
        if (hours > CAMERA_HOURS_A_REQUEST) {
            return Optional.of(over("camera-hours in one request", Math.round(hours), (long) CAMERA_HOURS_A_REQUEST));
        }
        if (share.heldBytes() + share.neededBytes() > share.vaultBytes() * SHARE_OF_VAULT) {
            return Optional.of(over(
                    "MB in all automatic holds",
                    (share.heldBytes() + share.neededBytes()) / 1_000_000,
                    (long) (share.vaultBytes() * SHARE_OF_VAULT) / 1_000_000));
        }
        if (!askedBy.containsKey(address) && askedBy.size() >= MAX_ADDRESSES) {
            forgetBefore(now.minus(DAY));
        }
        if (!askedBy.containsKey(address) && askedBy.size() >= MAX_ADDRESSES) {
            return Optional.of(over("addresses in a day", askedBy.size() + 1L, MAX_ADDRESSES));
        }
        Deque<Instant> asked = askedBy.computeIfAbsent(address, a -> new ArrayDeque<>());
        forgetBefore(now.minus(DAY), asked);
        if (asked.size() >= REQUESTS_A_DAY) {
            return Optional.of(over("requests of one address in a day", asked.size() + 1L, REQUESTS_A_DAY));
        }
        asked.addLast(now);
        return Optional.empty();
    }

    private void forgetBefore(Instant before) {
        askedBy.values().forEach(asked -> forgetBefore(before, asked));
        askedBy.values().removeIf(Deque::isEmpty);
    }

    private static void forgetBefore(Instant before, Deque<Instant> asked) {
        while (!asked.isEmpty() && !asked.getFirst().isAfter(before)) {
            asked.removeFirst();
        }
    }

    private static String over(String what, long came, long most) {
        return "nothing was held by itself: " + came + " " + what + " (at most " + most
                + " before a person has looked); a person decides";
    }
}
