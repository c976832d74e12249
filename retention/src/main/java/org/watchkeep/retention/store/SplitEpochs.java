// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.watchkeep.retention.audit.Act;
import org.watchkeep.retention.audit.Entry;
import org.watchkeep.retention.keys.Epoch;
import org.watchkeep.retention.keys.EpochKeys;

/**
 * Epochs of which single streams were erased: their root is gone, or about to go, and the keys of all other streams are kept
 * until the epoch's limit. A fold over the trail's {@code stream.due} and {@code stream.erased}; there is no second copy. Any
 * thread, no lock.
 */
final class SplitEpochs {
    private static final Logger log = LoggerFactory.getLogger(SplitEpochs.class);

    /** Of those that wait for their limit, and of those that have reached it: their keys may come back with an old home. */
    private final Map<Long, Split> open = new ConcurrentSkipListMap<>();

    private final Map<Long, Split> ended = new ConcurrentSkipListMap<>();
    private volatile boolean isKnown = true;

    /**
     * One such epoch. Immutable.
     *
     * @param streams those erased: whether that is known to have come to its end
     */
    record Split(long epoch, String classId, long openedUtcMicros, Map<StreamId, Boolean> streams) {
        Split {
            streams = Map.copyOf(streams);
        }

        private Split with(StreamId stream, boolean isDone) {
            Map<StreamId, Boolean> more = new HashMap<>(streams);
            more.merge(stream, isDone, Boolean::logicalOr);
            return new Split(epoch, classId, openedUtcMicros, more);
        }

        /** Entered, and not known to have come to their end. */
        List<StreamId> unfinished() {
            return streams.entrySet().stream()
                    .filter(each -> !each.getValue())
                    .map(Map.Entry::getKey)
                    .sorted()
                    .toList();
        }

        Epoch asEpoch() {
            return new Epoch(epoch, classId, openedUtcMicros, Epoch.State.ERASED);
        }
    }

    /** As the trail has them. Where it cannot be read nothing of such epochs is shown, and no kept key is dropped. */
    static SplitEpochs open(StoreTrail trail) {
        SplitEpochs splits = new SplitEpochs();
        if (!trail.isUsed()) {
            return splits;
        }
        try {
            for (Entry entry : trail.streamEntries()) {
                splits.fold(entry);
            }
            ErasureRegister.State erased = trail.erasures().orElseThrow(() -> new IOException("the trail is not open"));
            splits.open.keySet().stream().filter(erased::isErased).toList().forEach(splits::ended);
        } catch (IOException | IllegalArgumentException e) {
            log.error("ALARM single streams: which were erased cannot be read from the trail: {}", e.toString());
            splits.isKnown = false;
        }
        return splits;
    }

    private void fold(Entry entry) {
        long epoch = entry.data().number("epoch");
        StreamId stream = StreamId.parse(entry.data().text("stream"));
        if (entry.act().equals(Act.STREAM_DUE.code())) {
            due(
                    epoch,
                    entry.data().text("class"),
                    StreamState.micros(entry.data().time("from")),
                    stream);
        } else if (entry.act().equals(Act.STREAM_ERASED.code())) {
            erased(epoch, stream);
        } else {
            throw new IllegalArgumentException("act " + entry.act() + " (expected: one of this version)");
        }
    }

    // ---- what happens ---------------------------------------------------------------------------------------------

    /** It is entered that the stream goes; readers have it no more. */
    void due(long epoch, String classId, long openedUtcMicros, StreamId stream) {
        open.compute(
                epoch,
                (number, split) -> split == null
                        ? new Split(epoch, classId, openedUtcMicros, Map.of(stream, false))
                        : split.with(stream, false));
    }

    /** It is gone. */
    void erased(long epoch, StreamId stream) {
        open.computeIfPresent(epoch, (number, split) -> split.with(stream, true));
    }

    /** The epoch has reached its limit, and what was kept of it is gone. */
    void ended(long epoch) {
        Split split = open.remove(epoch);
        if (split != null) {
            ended.put(epoch, split);
        }
    }

    // ---- what is asked --------------------------------------------------------------------------------------------

    /** Whether the trail could be read. */
    boolean isKnown() {
        return isKnown;
    }

    /** Whether kept keys of the epoch wait for its limit. */
    boolean isSplit(long epoch) {
        return open.containsKey(epoch);
    }

    Optional<Split> of(long epoch) {
        return Optional.ofNullable(open.get(epoch));
    }

    /** Also when it has reached its limit since. */
    Optional<Split> ever(long epoch) {
        return of(epoch).or(() -> Optional.ofNullable(ended.get(epoch)));
    }

    /** Whether the stream was erased alone in an epoch that has not reached its limit. */
    boolean isErased(long epoch, StreamId stream) {
        Split split = open.get(epoch);
        return split != null && split.streams.containsKey(stream);
    }

    Collection<Split> all() {
        return List.copyOf(open.values());
    }

    /** Whether there has ever been one. */
    boolean isEmpty() {
        return open.isEmpty() && ended.isEmpty();
    }

    /** Epochs of which something may be readable until its limit, ascending: those with a root, and those of single keys. */
    List<Epoch> live(EpochKeys keys) {
        Map<Long, Epoch> live = new TreeMap<>();
        open.values().forEach(split -> live.put(split.epoch, split.asEpoch()));
        for (Epoch epoch : keys.epochs()) {
            if (epoch.state() == Epoch.State.LIVE) {
                live.put(epoch.number(), epoch);
            }
        }
        return new ArrayList<>(live.values());
    }
}
