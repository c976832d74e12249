// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import java.io.IOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What of the store's footage is to be copied into the vault, what is copied, and whether that is all of it. Used by the
 * vault's thread; {@link #missing} by any.
 */
public final class HeldCopies {
    /** No head comes round in the vault. */
    private static final Duration NO_HEAD = Duration.ofDays(366);

    private final FootageStore store;
    private final StreamBook streams;
    private final EvidenceVault vault;

    /** Records that are not what was recorded, read twice. */
    private final Set<FragmentRef> damaged = ConcurrentHashMap.newKeySet();

    HeldCopies(FootageStore store, StreamBook streams, EvidenceVault vault) {
        this.store = store;
        this.streams = streams;
        this.vault = vault;
    }

    /** What one hold keeps, and whose copies these are. */
    public record Wanted(String caseId, Collection<StreamId> streams, Instant from, Instant to) {
        public Wanted {
            streams = List.copyOf(new TreeSet<>(streams));
        }
    }

    /** Records of one segment that are to be copied. Immutable. */
    public static final class Item {
        final String caseId;
        final int stream;
        final Segment part;
        final List<FragmentRef> fragments;
        final boolean withSeal;
        private final FootageInReach.OnReel reel;

        private Item(
                String caseId,
                int stream,
                Segment part,
                List<FragmentRef> fragments,
                boolean withSeal,
                FootageInReach.OnReel reel) {
            this.caseId = caseId;
            this.stream = stream;
            this.part = part;
            this.fragments = fragments;
            this.withSeal = withSeal;
            this.reel = reel;
        }

        public String caseId() {
            return caseId;
        }

        /** Where it stands, and when the head comes there. */
        public FootageInReach.OnReel reel() {
            return reel;
        }
    }

    /** How a copy went. */
    public enum Result {
        COPIED,
        /** Something of it is not what was recorded: keys and reel stay. */
        DAMAGED,
        /** The vault has no room for this case. */
        FULL,
        /** The ring's disk failed, or the case's key is not to be had: tried again. */
        LATER,
        /** The vault's disk failed: nothing more is written into that reel, and nothing into others in this round. */
        VAULT_FAILED
    }

    /**
     * How a copy went, and why.
     *
     * @param bytes that were written and read back
     */
    public record Outcome(Result result, long bytes, String why) {}

    /** What of a hold stands in the vault. */
    public record Tally(long fragments, long bytes, String digest) {}

    // ---- planning -------------------------------------------------------------------------------------------------

    /** What is still to be copied, nearest the head first; what was found damaged is left out. */
    public List<Item> plan(Wanted wanted) throws IOException {
        List<Item> items = new ArrayList<>();
        Map<String, FootageInReach.OnReel> reels = new HashMap<>();
        for (StreamId id : wanted.streams) {
            Optional<StreamState> stream = streams.of(id);
            if (stream.isEmpty()) {
                continue;
            }
            for (Segment part : parts(stream.get(), wanted)) {
                List<FragmentRef> lacking = lacking(wanted, stream.get(), part).stream()
                        .filter(ref -> !damaged.contains(ref))
                        .toList();
                boolean withSeal = lacksSeal(wanted, stream.get(), part);
                // One that is being written is copied when it is at its end.
                boolean isPlannable = part.state() != Segment.State.OPEN
                        && (!lacking.isEmpty() || withSeal)
                        && !damaged.contains(part.configuration());
                if (isPlannable) {
                    items.add(new Item(
                            wanted.caseId, stream.get().number, part, lacking, withSeal, onReel(part, lacking, reels)));
                }
            }
        }
        items.sort(Comparator.comparing((Item item) -> item.reel.untilHead())
                .thenComparing(item -> item.reel.volume())
                .thenComparingLong(item -> item.reel.serial())
                .thenComparingLong(item -> item.part.configuration().offset()));
        return items;
    }

    /**
     * Parts of segments that the hold wants, whole GOPs: those in the ring, and those that stand in the vault for another
     * case only, which may be over before this one.
     */
    private List<Segment> parts(StreamState stream, Wanted wanted) throws IOException {
        // A GOP that reaches into the span is no longer than a segment.
        Instant from = wanted.from.minusNanos(StreamAppender.SEGMENT_MICROS * 1_000);
        List<Segment> parts = new ArrayList<>();
        Set<SegmentBuilder.Key> inRing = new HashSet<>();
        for (Segment segment : store.finder.ring(stream, from, wanted.to)) {
            inRing.add(SegmentBuilder.Key.of(segment));
            Showing.part(segment, (start, end) -> isWanted(wanted, start, end)).ifPresent(parts::add);
        }
        for (VaultCopy copy : vault.copies(stream.number)) {
            if (!copy.caseId().equals(wanted.caseId) && !inRing.contains(copy.key())) {
                Showing.part(copy.segment(), (start, end) -> isWanted(wanted, start, end))
                        .ifPresent(parts::add);
            }
        }
        return parts;
    }

    private static boolean isWanted(Wanted wanted, Instant start, Instant end) {
        return start.isBefore(wanted.to) && wanted.from.isBefore(end);
    }

    private List<FragmentRef> lacking(Wanted wanted, StreamState stream, Segment part) {
        Set<Long> there = vault.copy(wanted.caseId, stream.number, SegmentBuilder.Key.of(part))
                .map(VaultCopy::sequences)
                .orElse(Set.of());
        return part.fragments().stream()
                .filter(ref -> !there.contains(ref.sequence()))
                .toList();
    }

    private boolean lacksSeal(Wanted wanted, StreamState stream, Segment part) {
        return part.seal().isPresent()
                && !damaged.contains(part.seal().get())
                && part.fragments().stream().noneMatch(damaged::contains)
                && vault.copy(wanted.caseId, stream.number, SegmentBuilder.Key.of(part))
                        .flatMap(copy -> copy.segment().seal())
                        .isEmpty();
    }

    private FootageInReach.OnReel onReel(
            Segment part, List<FragmentRef> lacking, Map<String, FootageInReach.OnReel> reels) {
        FragmentRef at = part.configuration();
        long bytes = lacking.stream().mapToLong(FragmentRef::recordBytes).sum();
        if (at.volume().equals(EvidenceVault.ID)) {
            return new FootageInReach.OnReel(at.volume(), at.reelSerial(), bytes, NO_HEAD);
        }
        FootageInReach.OnReel reel = reels.computeIfAbsent(
                at.volume() + "/" + at.reelSerial(),
                key -> store.held().asOfNow(new FootageInReach.OnReel(at.volume(), at.reelSerial(), 0, Duration.ZERO)));
        return new FootageInReach.OnReel(reel.volume(), reel.serial(), bytes, reel.untilHead());
    }

    // ---- copying --------------------------------------------------------------------------------------------------

    /** Copies items one behind the other: {@link CopyLine}. */
    public void copy(List<Item> items, CopyLine.Guide guide) {
        CopyLine.copy(new CopyLine.Between(store, vault, damaged), items, guide);
    }

    // ---- whether it is all ----------------------------------------------------------------------------------------

    /**
     * Why not every second that the ledger shows as footage is covered by copies that were read back; empty when it is, and
     * only then. Whatever cannot be told is a reason.
     */
    public Optional<String> notWhole(Wanted wanted) throws IOException {
        Optional<String> untold = untold();
        if (untold.isPresent()) {
            return untold;
        }
        for (StreamId id : wanted.streams) {
            Optional<String> why = notWhole(wanted, id);
            if (why.isPresent()) {
                return why;
            }
        }
        if (!vault.hasKey(wanted.caseId)) {
            return Optional.of("case " + wanted.caseId + " has no key");
        }
        // What an index said that was not whole any more proves nothing.
        return untold();
    }

    private Optional<String> untold() {
        if (store.isIndexBehind() || !store.isIndexWhole()) {
            return Optional.of("the index is out of order or being brought up to date");
        }
        Optional<String> missing = store.volumeStatuses().stream()
                .filter(volume -> volume.missing().isPresent())
                .findFirst()
                .map(volume -> "volume " + volume.id() + " is missing, and may have something of it");
        // A reel of it that cannot be read may have copies too; those that are known suffice, or they do not.
        return missing.isPresent() ? missing : vault.away();
    }

    private Optional<String> notWhole(Wanted wanted, StreamId id) throws IOException {
        StreamState stream = streams.of(id).orElse(null);
        if (stream == null) {
            return Optional.of("stream " + id + " is not known");
        }
        Set<SegmentBuilder.Key> inRing = new HashSet<>();
        for (Segment part : parts(stream, wanted)) {
            inRing.add(SegmentBuilder.Key.of(part));
            if (part.state() == Segment.State.OPEN) {
                return Optional.of(SegmentReading.name(part) + " is still being written");
            }
            List<FragmentRef> lacking = lacking(wanted, stream, part);
            if (!lacking.isEmpty()) {
                boolean isDamaged = damaged.contains(part.configuration())
                        || lacking.stream().anyMatch(damaged::contains);
                return Optional.of(SegmentReading.name(part)
                        + (isDamaged ? " is not what was recorded; its keys and its reels stay" : " is not copied"));
            }
        }
        for (Segment segment : store.finder.inReach(stream, wanted.from, wanted.to)) {
            String volume = segment.configuration().volume();
            if (!store.volumes().containsKey(volume) && !volume.equals(EvidenceVault.ID)) {
                return Optional.of(SegmentReading.name(segment) + " stands on volume " + volume + ", which is away");
            }
        }
        Coverage covered = new Coverage();
        boolean isAnything = false;
        for (VaultCopy copy : ofHold(wanted, stream)) {
            if (!vault.check(stream.number, copy, inRing.contains(copy.key()))) {
                return Optional.of("a copy of " + SegmentReading.name(copy.segment()) + " is damaged");
            }
            for (FragmentRef ref : copy.segment().fragments()) {
                isAnything |= isWanted(wanted, ref.start(), ref.end());
                Moment start = Moment.atUtc(StreamState.micros(ref.start()));
                covered.add(start, start.plusMicros(ref.durationMicros()));
            }
        }
        return isAnything ? hole(wanted, stream, covered) : Optional.of("nothing of " + id + " is copied");
    }

    /** The first part of the span that is neither copied nor a gap. */
    private Optional<String> hole(Wanted wanted, StreamState stream, Coverage covered) throws IOException {
        Moment to = Moment.atUtc(StreamState.micros(wanted.to));
        Moment from = begin(wanted, stream);
        if (!from.isBefore(to)) {
            return Optional.empty();
        }
        Coverage all = new Coverage();
        all.add(from, from);
        covered.spans().forEach(span -> all.add(span.from(), span.to()));
        for (GapBook.Span gap : stream.gapSpans()) {
            all.add(
                    Moment.atUtc(gap.from().utcMicros()),
                    gap.to().map(end -> Moment.atUtc(end.utcMicros())).orElse(to));
        }
        Recovery.addClockSteps(all, streams);
        return all.holes(to).stream()
                .filter(hole -> hole.to().isAfter(from) && hole.from().isBefore(to))
                .findFirst()
                .map(hole ->
                        stream.id + " from " + StreamState.instant(hole.from().utcMicros()) + " to "
                                + StreamState.instant(hole.to().utcMicros()) + " is neither copied nor a gap");
    }

    /** From when on the ledger tells footage from its absence: since the stream is known, and as far back as reels go. */
    private Moment begin(Wanted wanted, StreamState stream) throws IOException {
        long from = StreamState.micros(wanted.from);
        long known = Long.MAX_VALUE;
        for (GapBook.Span gap : stream.gapSpans()) {
            known = Math.min(known, gap.from().utcMicros());
        }
        for (VaultCopy copy : vault.copies(stream.number)) {
            known = Math.min(known, StreamState.micros(copy.segment().start()));
        }
        for (Segment segment : store.finder.ring(stream, Instant.MIN, wanted.to)) {
            known = Math.min(known, StreamState.micros(segment.start()));
        }
        // Reels of volumes that are away too: what stood there is not explained by its absence.
        long oldest =
                streams.reels.oldest(volume -> true).map(Moment::utcMicros).orElse(Long.MIN_VALUE);
        return Moment.atUtc(Math.max(from, Math.max(known, oldest)));
    }

    private List<VaultCopy> ofHold(Wanted wanted, StreamState stream) {
        return vault.copies(wanted.caseId, stream.number).stream()
                .filter(copy ->
                        isWanted(wanted, copy.segment().start(), copy.segment().end()))
                .toList();
    }

    /** What stands in the vault of it, as {@link #notWhole} has found it. */
    public Tally tally(Wanted wanted) {
        MessageDigest all = sha256();
        long fragments = 0;
        long bytes = 0;
        for (StreamId id : wanted.streams) {
            StreamState stream = streams.of(id).orElse(null);
            for (VaultCopy copy : stream == null ? List.<VaultCopy>of() : ofHold(wanted, stream)) {
                Segment part = Showing.part(copy.segment(), (start, end) -> isWanted(wanted, start, end))
                        .orElse(copy.segment());
                fragments += part.fragments().size();
                bytes += part.sizeBytes();
                all.update(copy.checked().orElse(Digest.ZERO).toBytes());
            }
        }
        return new Tally(fragments, bytes, Digest.of(all.digest()).toString());
    }

    static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this Java has no SHA-256", e);
        }
    }

    /** Why a hold of which so many fragments were said to be copied cannot be read whole from the vault; empty when it can. */
    public Optional<String> missing(Wanted wanted, long fragments) {
        if (!vault.hasKey(wanted.caseId)) {
            return Optional.of("the key of case " + wanted.caseId + " is not in the key homes");
        }
        Optional<String> unknown = vault.notWhole();
        long there = tally(wanted).fragments;
        return there >= fragments
                ? Optional.empty()
                : Optional.of("of " + fragments + " fragments " + there + " are there"
                        + unknown.map(why -> "; " + why).orElse(""));
    }

    /** Days that the stream's footage is kept. */
    public int days(StreamId stream) {
        return streams.of(stream)
                .map(state -> store.erasures().days(state.classId()))
                .orElse(0);
    }

    /** Whether copies of the one case are all that another, which is not copied yet, has of what it holds. */
    public boolean isNeeded(Collection<Wanted> over, Wanted other) {
        return over.stream()
                .anyMatch(one ->
                        one.streams.stream().anyMatch(other.streams::contains) && isWanted(one, other.from, other.to));
    }

    /** The vault that is copied to. */
    public EvidenceVault vault() {
        return vault;
    }
}
