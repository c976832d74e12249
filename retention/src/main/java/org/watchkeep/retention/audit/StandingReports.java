// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.audit;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Reports over a whole trail that must be empty: what the recorder refuses to do, looked for in what it entered, by code of
 * its own. Says nothing of whether the trail is sound: {@link TrailVerifier} does. Confined to one thread.
 */
public final class StandingReports implements TrailReader.Visitor {
    /** Findings that are kept; more are counted. */
    public static final int MOST_FINDINGS = 1_000;

    /** Each of the reports. */
    public enum Report {
        /** A package left and nobody had approved it before, or who made it approved it alone. */
        RELEASE_WITHOUT_APPROVAL("release-without-approval"),
        /** Footage was erased while a hold was on it. */
        DELETION_UNDER_HOLD("deletion-under-hold"),
        /** A hold ended without a second person and before an announced end. */
        HOLD_ENDED_WITHOUT_NOTICE("hold-ended-without-notice");

        private final String code;

        Report(String code) {
            this.code = code;
        }

        public String code() {
            return code;
        }
    }

    /**
     * What must not be.
     *
     * @param index of the entry that tells of it
     * @param about the hold or case
     */
    public record Finding(Report report, long index, String about, String detail) {}

    /** A hold as its entries say it. */
    private record Held(Set<String> streams, Instant from, Instant to, Optional<Instant> ends) {
        boolean overlaps(Instant start, Instant end) {
            return from.isBefore(end) && to.isAfter(start);
        }

        Held endingAt(Optional<Instant> announced) {
            return new Held(streams, from, to, announced);
        }
    }

    private final Map<String, Held> holds = new TreeMap<>();

    /** Holds whose footage stands in the vault: what is erased on the reels is a copy. */
    private final Set<String> copied = new HashSet<>();

    private final Map<String, Actor> approvals = new HashMap<>();
    private final List<Finding> findings = new ArrayList<>();
    private long entries;
    private long found;
    private long untold;

    @Override
    public void entry(long index, byte[] bytes) throws DamagedTrailException {
        entries++;
        Entry entry = Entry.parse(bytes);
        Act act = Act.ofCode(entry.act()).orElse(null);
        if (act != null) {
            try {
                fold(act, entry);
            } catch (IllegalArgumentException e) {
                throw new DamagedTrailException("entry " + index + ": " + e.getMessage(), e);
            }
        }
    }

    private void fold(Act act, Entry entry) {
        Fields data = entry.data();
        switch (act) {
            case HOLD_PLACED ->
                holds.put(
                        data.text("hold"),
                        new Held(
                                Set.copyOf(data.texts("streams")),
                                data.time("from"),
                                data.time("to"),
                                Optional.empty()));
            case HOLD_COPIED -> copied.add(data.text("hold"));
            case HOLD_NOTIFIED -> announced(data.text("hold"), Optional.of(data.time("ends")));
            case HOLD_EXTENDED -> announced(data.text("hold"), Optional.empty());
            case HOLD_RELEASED -> released(entry);
            case EPOCH_DUE -> erased(entry);
            case STREAM_ERASED -> streamErased(entry);
            case RELEASE_APPROVED -> approvals.put(packageOf(data), entry.actor());
            case RELEASE_MADE -> made(entry);
            default -> {
                // Says nothing of any of the reports.
            }
        }
    }

    private void announced(String hold, Optional<Instant> ends) {
        holds.computeIfPresent(hold, (id, held) -> held.endingAt(ends));
    }

    private void released(Entry entry) {
        String hold = entry.data().text("hold");
        Held held = holds.remove(hold);
        copied.remove(hold);
        boolean isOver = held != null
                && held.ends().filter(ends -> !ends.isAfter(entry.entered())).isPresent();
        if (entry.approved().isEmpty() && !isOver) {
            finding(
                    Report.HOLD_ENDED_WITHOUT_NOTICE,
                    entry,
                    hold,
                    "released by " + entry.actor().text() + " alone, "
                            + (held == null || held.ends().isEmpty()
                                    ? "no end had been announced"
                                    : "announced for " + held.ends().get()));
        }
    }

    /** Holds placed before the erasure began keep the keys of their streams: {@code kept} must name them. */
    private void erased(Entry entry) {
        Fields data = entry.data();
        Set<String> kept = Set.copyOf(data.texts("kept"));
        boolean isTold = data.value("from").isPresent() && data.value("to").isPresent();
        if (!isTold) {
            untold += holds.isEmpty() ? 0 : 1;
            return;
        }
        Instant from = data.time("from");
        Instant to = data.time("to");
        holds.forEach((id, held) -> {
            if (!copied.contains(id) && held.overlaps(from, to) && !kept.containsAll(held.streams())) {
                Set<String> lost = new HashSet<>(held.streams());
                lost.removeAll(kept);
                finding(
                        Report.DELETION_UNDER_HOLD,
                        entry,
                        id,
                        "epoch " + data.number("epoch") + " of class " + data.text("class") + ", " + from + " to " + to
                                + ", without the keys of " + lost);
            }
        });
    }

    /** Of which epoch's time the entry does not tell: any hold on the stream is named. */
    private void streamErased(Entry entry) {
        String stream = entry.data().text("stream");
        holds.forEach((id, held) -> {
            if (!copied.contains(id) && held.streams().contains(stream)) {
                finding(
                        Report.DELETION_UNDER_HOLD,
                        entry,
                        id,
                        "stream " + stream + " of epoch " + entry.data().number("epoch") + " erased alone");
            }
        });
    }

    private static String packageOf(Fields data) {
        return data.text("case") + "\n" + data.hash("package");
    }

    private void made(Entry entry) {
        @Nullable Actor approver = approvals.get(packageOf(entry.data()));
        if (approver == null || approver.equals(entry.actor())) {
            finding(
                    Report.RELEASE_WITHOUT_APPROVAL,
                    entry,
                    entry.data().text("case"),
                    "package " + entry.data().hash("package") + " released by "
                            + entry.actor().text()
                            + (approver == null ? ", approved by nobody before" : ", who approved it alone"));
        }
    }

    private void finding(Report report, Entry entry, String about, String detail) {
        found++;
        if (findings.size() < MOST_FINDINGS) {
            findings.add(new Finding(report, entry.index(), about, detail));
        }
    }

    /** In the order of the trail, at most {@link #MOST_FINDINGS}. */
    public List<Finding> findings() {
        return List.copyOf(findings);
    }

    /** All there were. */
    public long found() {
        return found;
    }

    public long entries() {
        return entries;
    }

    /** Erasures, begun while something was held, of which an older version did not enter what time they were of. */
    public long untoldErasures() {
        return untold;
    }
}
