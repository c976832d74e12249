// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What the vault has of one segment for one case. Immutable.
 *
 * @param segment its records in the vault; with a seal only where it is whole
 * @param checked over the digests of its records, once all of it was read back, decrypted and digested by this process
 */
record VaultCopy(String caseId, Segment segment, Optional<Digest> checked) {
    SegmentBuilder.Key key() {
        return SegmentBuilder.Key.of(segment);
    }

    Set<Long> sequences() {
        Set<Long> sequences = new HashSet<>();
        segment.fragments().forEach(ref -> sequences.add(ref.sequence()));
        return sequences;
    }

    /** The copy of this record. */
    Optional<FragmentRef> same(FragmentRef ref, RecordHeader.Kind kind) {
        return switch (kind) {
            case CONFIGURATION -> Optional.of(segment.configuration());
            case SEAL -> segment.seal();
            case FRAGMENT ->
                segment.fragments().stream()
                        .filter(copy -> copy.sequence() == ref.sequence())
                        .findFirst();
            case PADDING -> Optional.empty();
        };
    }

    VaultCopy wasChecked(Digest content) {
        return new VaultCopy(caseId, segment, Optional.of(content));
    }

    /** The same without these fragments; empty where none is left. */
    Optional<VaultCopy> without(Set<Long> sequences) {
        List<FragmentRef> left = segment.fragments().stream()
                .filter(ref -> !sequences.contains(ref.sequence()))
                .toList();
        return left.isEmpty()
                ? Optional.empty()
                : Optional.of(new VaultCopy(
                        caseId,
                        left.size() == segment.fragments().size() ? segment : segment.shortened(left),
                        Optional.empty()));
    }

    /** The same without its seal, which is damaged: what it tells can be told anew. */
    VaultCopy withoutSeal() {
        return new VaultCopy(caseId, segment.shortened(segment.fragments()), Optional.empty());
    }

    /** Gathers records of one segment, in whatever order reels are read. Confined to one thread. */
    static final class Gathering {
        private final String caseId;
        private final Map<Long, FragmentRef> fragments = new TreeMap<>();
        private @Nullable FragmentRef configuration;
        private @Nullable FragmentRef seal;
        private int sealedFragments;
        private @Nullable RecordHeader first;

        Gathering(String caseId) {
            this.caseId = caseId;
        }

        /** Of two copies of one record the later one stands: it was made because the other was not good. */
        private static boolean isLater(FragmentRef ref, @Nullable FragmentRef than) {
            return than == null
                    || Comparator.comparingLong(FragmentRef::reelSerial)
                                    .thenComparingLong(FragmentRef::offset)
                                    .compare(ref, than)
                            > 0;
        }

        void add(RecordHeader header, FragmentRef ref) {
            switch (header.kind()) {
                case CONFIGURATION -> configuration = isLater(ref, configuration) ? ref : configuration;
                case SEAL -> {
                    seal = isLater(ref, seal) ? ref : seal;
                    sealedFragments = SealText.fragmentsIn(header.payloadBytes());
                }
                case FRAGMENT -> {
                    if (isLater(ref, fragments.get(header.sequence()))) {
                        fragments.put(header.sequence(), ref);
                    }
                    first = first == null || header.sequence() <= first.sequence() ? header : first;
                }
                case PADDING -> {
                    // Nothing of the segment.
                }
            }
        }

        /** These are not what was written. */
        void leaveOut(Set<Long> damaged, boolean isSealed) {
            fragments.keySet().removeAll(damaged);
            seal = isSealed ? seal : null;
        }

        /** Empty while its configuration or every fragment is missing: such records do not play. */
        Optional<VaultCopy> copy(StreamId stream, String codec) {
            RecordHeader of = first;
            FragmentRef init = configuration;
            if (of == null || init == null || fragments.isEmpty()) {
                return Optional.empty();
            }
            boolean isWhole = seal != null && fragments.size() >= sealedFragments;
            return Optional.of(new VaultCopy(
                    caseId,
                    new Segment(
                            stream,
                            of.run(),
                            of.segment(),
                            of.epoch(),
                            isWhole ? Segment.State.SEALED : Segment.State.UNSEALED,
                            codec,
                            of.cameraOffsetMicros(),
                            of.startMonoNanos() == 0
                                    ? Segment.OWN_UNKNOWN
                                    : BootBook.micros(of.startMonoNanos()) - of.startUtcMicros(),
                            init,
                            isWhole ? Optional.ofNullable(seal) : Optional.empty(),
                            List.copyOf(fragments.values())),
                    Optional.empty()));
        }
    }

    /** All copies that are known: by stream, by segment, by case. Any thread; each change replaces one segment's list. */
    static final class Book {
        private final Map<Integer, Map<SegmentBuilder.Key, List<VaultCopy>>> byStream = new HashMap<>();

        synchronized Optional<VaultCopy> find(String caseId, int stream, SegmentBuilder.Key key) {
            return of(stream, key).stream()
                    .filter(copy -> copy.caseId().equals(caseId))
                    .findFirst();
        }

        synchronized List<VaultCopy> of(int stream, SegmentBuilder.Key key) {
            return byStream.getOrDefault(stream, Map.of()).getOrDefault(key, List.of());
        }

        /** Those of one stream, of all cases, in order of their start. */
        synchronized List<VaultCopy> of(int stream) {
            return byStream.getOrDefault(stream, Map.of()).values().stream()
                    .flatMap(List::stream)
                    .sorted(Comparator.comparing(copy -> copy.segment().start()))
                    .toList();
        }

        /** Those of one stream for one case, in order of their start. */
        synchronized List<VaultCopy> of(String caseId, int stream) {
            return byStream.getOrDefault(stream, Map.of()).values().stream()
                    .flatMap(List::stream)
                    .filter(copy -> copy.caseId().equals(caseId))
                    .sorted(Comparator.comparing(copy -> copy.segment().start()))
                    .toList();
        }

        synchronized void put(int stream, VaultCopy copy) {
            List<VaultCopy> next = without(stream, copy.caseId(), copy.key());
            next.add(copy);
            byStream.computeIfAbsent(stream, s -> new HashMap<>()).put(copy.key(), List.copyOf(next));
        }

        synchronized void remove(int stream, VaultCopy copy) {
            List<VaultCopy> next = without(stream, copy.caseId(), copy.key());
            byStream.computeIfAbsent(stream, s -> new HashMap<>()).put(copy.key(), List.copyOf(next));
        }

        private List<VaultCopy> without(int stream, String caseId, SegmentBuilder.Key key) {
            List<VaultCopy> left = new ArrayList<>(of(stream, key));
            left.removeIf(copy -> copy.caseId().equals(caseId));
            return left;
        }

        synchronized void removeCase(String caseId) {
            byStream.values().forEach(keys -> {
                keys.replaceAll((key, copies) -> copies.stream()
                        .filter(copy -> !copy.caseId().equals(caseId))
                        .toList());
                keys.values().removeIf(List::isEmpty);
            });
        }
    }
}
