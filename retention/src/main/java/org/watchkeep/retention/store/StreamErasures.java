// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.watchkeep.retention.audit.Act;
import org.watchkeep.retention.audit.Actor;
import org.watchkeep.retention.audit.Fields;
import org.watchkeep.retention.audit.NewEntry;
import org.watchkeep.retention.keys.Epoch;
import org.watchkeep.retention.keys.EpochKeys;
import org.watchkeep.retention.policy.PolicyException;

/**
 * Erases one stream of whole epochs alone, before their limit: two people say so, with a cause. The keys of all other streams
 * are derived and kept, then the root is overwritten; until the epoch's limit what it opened is opened by the kept keys.
 *
 * <p>Order for one epoch, under the erase lock, and what a power cut right after each step leaves. Each may be run again.
 *
 * <table>
 *   <caption>Steps</caption>
 *   <tr><td>1. {@code stream.due} durable in the trail; readers refuse the stream</td><td>the same; a round does all that
 *   follows</td></tr>
 *   <tr><td>2. its seconds durable in the ledger, as {@code erased}</td><td>the same; none is said twice</td></tr>
 *   <tr><td>3. keys of all other streams in both homes</td><td>the same; what is kept stays as it is</td></tr>
 *   <tr><td>4. the root overwritten in home A, synced, in B, synced, both read back</td><td>erased beats live when the homes
 *   meet; the kept keys open the others</td></tr>
 *   <tr><td>5. a key of the stream that was kept before is overwritten; its rows gone from the index</td><td>the same</td></tr>
 *   <tr><td>6. {@code stream.erased} durable</td><td>nothing to do</td></tr>
 * </table>
 *
 * <p>At its limit the epoch is erased as any other ({@code epoch.due}, {@code epoch.erased}), and the kept keys with it.
 * Any thread but event loops.
 */
public final class StreamErasures {
    private static final Logger log = LoggerFactory.getLogger(StreamErasures.class);

    /** Why a stream may be erased before its limit. Codes are in the trail; never reuse one. */
    public static final List<String> CAUSES = List.of("court-order", "erasure-request", "unlawful", "wrongly-recorded");

    /** What is written and sealed of an epoch after it was closed, and taken into a footage root, is there by then. */
    private static final long SETTLED_MICROS = TimeUnit.MINUTES.toMicros(5);

    private final FootageStore store;
    private final StreamBook streams;
    private final StoreTrail trail;
    private final StoreClock clock;
    private final ReentrantLock lock;
    private final SplitEpochs splits;

    /** What cannot be finished, by its epoch. */
    private final Map<Long, String> alarms = new ConcurrentHashMap<>();

    /**
     * What is asked for.
     *
     * @param from every epoch in which the stream has footage from here ...
     * @param to ... to here, and without this instant, loses all of the stream
     * @param cause one of {@link #CAUSES}
     * @param reason in words; kept beside the trail
     */
    public record Order(
            StreamId stream, Instant from, Instant to, String cause, Optional<String> reason, Actor by, Actor second) {}

    /** An epoch, and what of the stream it had. */
    public record Gone(long epoch, Instant from, Instant to, int segments) {}

    /** @param lock the erase lock */
    StreamErasures(FootageStore store, StoreParts parts, ReentrantLock lock) {
        this.store = store;
        this.streams = parts.streams();
        this.trail = parts.trail();
        this.clock = parts.clock();
        this.lock = lock;
        this.splits = store.held().splits;
    }

    /**
     * Erases; what could not be done of it after its entry is refused to readers and done by a later round.
     *
     * @return oldest epoch first
     * @throws PolicyException when it may not be: nothing was done then
     * @throws IOException when it cannot be entered, or not be finished now
     */
    public List<Gone> erase(Order order) throws IOException, PolicyException {
        check(order);
        lock.lock();
        try {
            StreamState stream = streams.of(order.stream)
                    .orElseThrow(() -> new PolicyException(
                            "stream " + order.stream + " is not known", "Name a camera that was recorded."));
            Map<Epoch, List<Segment>> wanted = wanted(stream, order);
            for (Map.Entry<Epoch, List<Segment>> each : wanted.entrySet()) {
                requireErasable(each.getKey(), stream, each.getValue());
            }
            List<Gone> gone = new ArrayList<>();
            for (Map.Entry<Epoch, List<Segment>> each : wanted.entrySet()) {
                Epoch epoch = each.getKey();
                enterDue(epoch, order);
                splits.due(epoch.number(), epoch.classId(), epoch.openedUtcMicros(), order.stream);
                finish(splits.of(epoch.number()).orElseThrow());
                List<Segment> rows = each.getValue();
                gone.add(new Gone(
                        epoch.number(),
                        rows.get(0).start(),
                        rows.get(rows.size() - 1).end(),
                        rows.size()));
            }
            return gone;
        } finally {
            lock.unlock();
        }
    }

    // ---- what may be ----------------------------------------------------------------------------------------------

    private void check(Order order) throws PolicyException {
        if (order.by.equals(order.second) || order.by.equals(Actor.MACHINE) || order.second.equals(Actor.MACHINE)) {
            throw new PolicyException(
                    "asked for by " + order.by + ", approved by " + order.second + " (expected: two people)",
                    "Have a second person look at what it erases, and name them.");
        }
        if (!CAUSES.contains(order.cause)) {
            throw new PolicyException(
                    "cause: " + order.cause + " (expected: one of " + String.join(", ", CAUSES) + ")",
                    "Say why with one of them, and the rest as the reason.");
        }
        if (!order.from.isBefore(order.to)) {
            throw new PolicyException(
                    "from " + order.from + " is not before to " + order.to, "Give the earlier time as --from.");
        }
        if (!trail.isUsed() || !splits.isKnown()) {
            throw new PolicyException(
                    "the audit trail is not open, so no stream is erased alone", "See what is wrong with the trail.");
        }
        if (!store.held().epochs.canKeep()) {
            throw new PolicyException(
                    "this store keeps no single keys, so no stream can be erased alone", "Open it with its holds.");
        }
        if (!store.held().footage.isReadable()) {
            throw new PolicyException(
                    "what is held cannot be told, so nothing is erased", "See what is wrong with the trail.");
        }
        if (!store.isIndexWhole()) {
            throw new PolicyException(
                    "what there is of " + order.stream
                            + " cannot be told while the index is out of order or being rebuilt",
                    "Try again when it is whole.");
        }
    }

    /** Epochs in which the stream has footage in the span, with all that they have of it. */
    private Map<Epoch, List<Segment>> wanted(StreamState stream, Order order) throws IOException, PolicyException {
        Map<Epoch, List<Segment>> wanted = new TreeMap<>(java.util.Comparator.comparingLong(Epoch::number));
        for (Epoch epoch : splits.live(store.keys())) {
            if (splits.isErased(epoch.number(), stream.id)) {
                continue;
            }
            List<Segment> rows = store.held().rows.all(epoch.number(), stream);
            boolean touches = rows.stream()
                    .flatMap(row -> row.fragments().stream())
                    .anyMatch(ref -> ref.start().isBefore(order.to) && order.from.isBefore(ref.end()));
            if (touches) {
                wanted.put(epoch, rows);
            }
        }
        if (wanted.isEmpty()) {
            throw new PolicyException(
                    "nothing of " + stream.id + " from " + order.from + " to " + order.to + " is within its limit",
                    "See 'store ls' for what there is; what a hold keeps beyond its limit goes with the hold.");
        }
        return wanted;
    }

    private void requireErasable(Epoch epoch, StreamState stream, List<Segment> rows) throws PolicyException {
        boolean isCurrent = store.schedules().stream().anyMatch(schedule -> schedule.current() == epoch.number());
        long closed = HeldEpochs.closedAt(store.keys(), epoch);
        long now = clock.utcMicros();
        if (isCurrent || (closed != Long.MAX_VALUE && now < closed + SETTLED_MICROS)) {
            throw new PolicyException(
                    "the hour from " + StreamState.instant(epoch.openedUtcMicros())
                            + " is being recorded, or was until a moment ago",
                    "Ask again five minutes after it is over.");
        }
        Set<String> holds = new TreeSet<>();
        for (Segment row : rows) {
            holds.addAll(store.held().footage.holdsOn(stream.id, row.start(), row.end()));
        }
        if (!holds.isEmpty()) {
            throw new PolicyException(
                    "of " + stream.id + " in the hour from " + StreamState.instant(epoch.openedUtcMicros())
                            + " something is held: " + String.join(", ", holds),
                    "Release the hold first, or leave this hour out.");
        }
    }

    private void enterDue(Epoch epoch, Order order) throws IOException {
        long closed = Math.min(HeldEpochs.closedAt(store.keys(), epoch), clock.utcMicros());
        Fields data = Fields.NONE
                .with("class", epoch.classId())
                .with("epoch", epoch.number())
                .with("stream", order.stream.toString())
                .with("cause", order.cause)
                .with("from", StreamState.instant(epoch.openedUtcMicros()))
                .with("to", StreamState.instant(closed));
        if (order.reason.isPresent()) {
            data = data.with("reason", trail.text(order.reason.get()));
        }
        trail.enter(NewEntry.of(Act.STREAM_DUE, order.by, data).approvedBy(order.second));
    }

    // ---- doing it -------------------------------------------------------------------------------------------------

    /** All that follows the entry. May be run again. The erase lock is held. */
    private void finish(SplitEpochs.Split split) throws IOException {
        long number = split.epoch();
        List<StreamState> unfinished = split.unfinished().stream()
                .flatMap(id -> streams.of(id).stream())
                .toList();
        for (StreamState stream : unfinished) {
            store.held().rows.enterErased(stream, number, "erased alone, before its limit");
        }
        if (!unfinished.isEmpty()) {
            store.ledger().awaitDurable();
        }
        EpochKeys keys = store.keys();
        boolean isLive = keys.epoch(number)
                .filter(epoch -> epoch.state() == Epoch.State.LIVE)
                .isPresent();
        // Where the root is refused already, by a try that failed, the others were kept before.
        if (keys.isReadable(number)) {
            store.held().epochs.keepKeys(number, others(split));
        }
        if (isLive) {
            var unused = keys.erase(number, clock.utcMicros());
        }
        store.held().epochs.dropErased(split);
        for (StreamState stream : unfinished) {
            forget(number, stream);
            trail.enter(NewEntry.byMachine(
                    Act.STREAM_ERASED,
                    Fields.NONE
                            .with("class", split.classId())
                            .with("epoch", number)
                            .with("stream", stream.id.toString())));
            splits.erased(number, stream.id);
        }
        if (alarms.remove(number) != null) {
            log.warn("single streams of epoch {} are erased at last", number);
        }
    }

    /** Rows of what no key opens are not shown in any case, so an index that fails here fails nothing. */
    private void forget(long epoch, StreamState stream) {
        try {
            store.held().rows.forget(epoch, stream);
        } catch (IOException e) {
            log.error(
                    "rows of {} in epoch {} stay in the index, they are not shown: {}", stream.id, epoch, e.toString());
        }
    }

    /** Every stream that was ever known: which had footage in the epoch an index may not know. */
    private List<Integer> others(SplitEpochs.Split split) {
        return streams.all().stream()
                .filter(stream -> !split.streams().containsKey(stream.id))
                .map(stream -> stream.number)
                .sorted()
                .toList();
    }

    /** The keeper's round, and the start: what a stop or a failure left, and keys and roots that came back with an old home. */
    void round() {
        if (splits.isEmpty() || !splits.isKnown() || !EraseLock.isTaken(lock)) {
            return;
        }
        try {
            for (SplitEpochs.Split split : splits.all()) {
                // What a stream had is told by the index; until it is whole its readers are refused, and the root
                // stays.
                if (isToDo(split) && (split.unfinished().isEmpty() || store.isIndexWhole())) {
                    goOn(split);
                }
            }
            store.held().epochs.dropOfEnded();
        } catch (IOException e) {
            log.error("kept keys of epochs past their limit are not dropped yet, it is tried again: {}", e.toString());
        } finally {
            lock.unlock();
        }
    }

    private boolean isToDo(SplitEpochs.Split split) {
        boolean isLive = store.keys()
                .epoch(split.epoch())
                .filter(epoch -> epoch.state() == Epoch.State.LIVE)
                .isPresent();
        return isLive || !split.unfinished().isEmpty() || store.held().epochs.keepsErased(split);
    }

    private void goOn(SplitEpochs.Split split) {
        try {
            finish(split);
        } catch (IOException e) {
            String what =
                    "single streams of epoch " + split.epoch() + " are to be erased and are not: " + e.getMessage();
            if (!what.equals(alarms.put(split.epoch(), what))) {
                log.error("ALARM {}; it is tried again", what);
            }
        }
    }

    /** What cannot be finished, one sentence each. */
    List<String> alarms() {
        return new TreeMap<>(alarms).values().stream().toList();
    }
}
