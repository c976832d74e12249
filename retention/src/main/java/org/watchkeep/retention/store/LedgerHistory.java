// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the whole ledger says of one stream, also of time that memory has let go. Reads every month's file: some 100 MB a
 * second. Confined to one thread.
 */
final class LedgerHistory {
    private static final Logger log = LoggerFactory.getLogger(LedgerHistory.class);

    private final int stream;
    private OptionalLong registered = OptionalLong.empty();
    private final Map<Long, LedgerEntry.GapOpened> opened = new LinkedHashMap<>();
    private final Map<Long, Long> closedAt = new LinkedHashMap<>();
    private final List<AccountFacts.Stretch> steps = new ArrayList<>();

    private LedgerHistory(int stream) {
        this.stream = stream;
    }

    static LedgerHistory of(Ledger ledger, int stream) throws IOException {
        LedgerHistory history = new LedgerHistory(stream);
        try {
            ledger.awaitDurable();
        } catch (IOException e) {
            log.debug("the newest entries are not durable yet, memory has what they say of gaps: {}", e.toString());
        }
        ledger.read(history::fold);
        return history;
    }

    private void fold(LedgerLine.Written line) {
        LedgerEntry entry = line.entry();
        if (entry instanceof LedgerEntry.StreamRegistered e && e.number() == stream) {
            registered = OptionalLong.of(line.atUtcMicros());
        } else if (entry instanceof LedgerEntry.GapOpened e && e.stream() == stream) {
            opened.put(e.gap(), e);
        } else if (entry instanceof LedgerEntry.GapClosed e && e.stream() == stream) {
            closedAt.merge(e.gap(), e.toUtcMicros(), Math::max);
        } else if (entry instanceof LedgerEntry.ClockStepped e) {
            steps.add(new AccountFacts.Stretch(e.fromUtcMicros(), e.toUtcMicros(), ""));
        }
    }

    /** When the stream got its number. */
    OptionalLong registeredUtcMicros() {
        return registered;
    }

    /** By number; one without an end lasts until now. */
    Map<Long, AccountFacts.Stretch> gaps(long now) {
        Map<Long, AccountFacts.Stretch> gaps = new LinkedHashMap<>();
        opened.forEach((number, gap) -> gaps.put(
                number,
                new AccountFacts.Stretch(
                        gap.fromUtcMicros(),
                        closedAt.getOrDefault(number, now),
                        gap.cause().code())));
        return gaps;
    }

    List<AccountFacts.Stretch> steps() {
        return steps;
    }
}
