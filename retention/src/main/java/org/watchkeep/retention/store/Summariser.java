// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.watchkeep.retention.keys.Epoch;
import org.watchkeep.retention.keys.EpochKeys;

/**
 * Has the index sum up each stream's segments of each epoch that is over: a listing of a day then reads one row an hour
 * and not one a segment. A row that comes or goes later takes the summary with it, and it is made again. Confined to the
 * thread that writes the index.
 */
final class Summariser {
    /** Name of the mark of a stream: every epoch of it up to this one was summed up once. */
    private static final String MARK = "summarised/";

    /** About half a millisecond each, of what the keeper does in a second. At a full hour all cameras are due at once. */
    static final int MOST_A_ROUND = 128;

    private final Index index;
    private final StreamBook streams;
    private final EpochKeys keys;
    private final Map<Integer, Due> dueOf = new HashMap<>();

    /** What is to be summed up of one stream. */
    private static final class Due {
        /** Rows of these came or went in this process. */
        final TreeSet<Long> epochs = new TreeSet<>();

        /** What the processes before this one may have left: epochs from {@code sweepTo} on, below this one. */
        long sweepBelow;

        long sweepTo;
        long marked;
    }

    Summariser(Index index, StreamBook streams, EpochKeys keys) {
        this.index = index;
        this.streams = streams;
        this.keys = keys;
    }

    /** The index was opened: what it knows decides what is due. */
    void opened() throws IOException {
        Map<String, byte[]> marks = index.marks();
        long newest = newest();
        for (StreamState stream : streams.all()) {
            byte[] mark = marks.get(MARK + stream.number);
            Due due = due(stream.number);
            due.marked = mark == null ? -1 : ByteBuffer.wrap(mark).getLong();
            due.sweepTo = due.marked + 1;
            due.sweepBelow = newest + 1;
        }
    }

    private long newest() {
        List<Epoch> epochs = keys.epochs();
        return epochs.isEmpty() ? -1 : epochs.get(epochs.size() - 1).number();
    }

    private Due due(int stream) {
        return dueOf.computeIfAbsent(stream, number -> new Due());
    }

    /** These rows were put. */
    void put(List<SegmentIndex.Row> rows) {
        rows.forEach(row -> due(row.stream()).epochs.add(row.segment().epoch()));
    }

    /**
     * One round: some of what is due.
     *
     * @return whether there is more
     */
    boolean round() throws IOException {
        List<Epoch> epochs = keys.epochs();
        Map<String, Long> openIn = new HashMap<>();
        epochs.forEach(epoch -> openIn.put(epoch.classId(), epoch.number()));
        Map<String, byte[]> marks = new HashMap<>();
        int left = MOST_A_ROUND;
        for (Map.Entry<Integer, Due> entry : dueOf.entrySet()) {
            StreamState stream = streams.ofNumber(entry.getKey()).orElse(null);
            if (stream == null) {
                continue;
            }
            Due due = entry.getValue();
            left = touched(stream, due, openIn, left);
            left = swept(stream, due, epochs, openIn, left);
            if (left == 0) {
                break;
            }
            mark(stream, due, openIn, marks);
        }
        if (!marks.isEmpty()) {
            index.put(List.of(), marks);
        }
        return left == 0;
    }

    private int touched(StreamState stream, Due due, Map<String, Long> openIn, int most) throws IOException {
        int left = most;
        for (Long epoch : List.copyOf(due.epochs)) {
            if (left > 0 && !openIn.containsValue(epoch)) {
                index.summarise(epoch, stream.number, stream.id);
                due.epochs.remove(epoch);
                left--;
            }
        }
        return left;
    }

    /** The newest first: they are asked for most. */
    private int swept(StreamState stream, Due due, List<Epoch> epochs, Map<String, Long> openIn, int most)
            throws IOException {
        int left = most;
        for (int i = epochs.size() - 1; i >= 0 && left > 0 && due.sweepBelow > due.sweepTo; i--) {
            long epoch = epochs.get(i).number();
            if (epoch >= due.sweepBelow || openIn.containsValue(epoch)) {
                continue;
            }
            if (epoch >= due.sweepTo) {
                index.summarise(epoch, stream.number, stream.id);
                left--;
            }
            due.sweepBelow = epoch;
        }
        if (left > 0) {
            due.sweepBelow = due.sweepTo;
        }
        return left;
    }

    /** Up to where a process after this one need not look again. */
    private static void mark(StreamState stream, Due due, Map<String, Long> openIn, Map<String, byte[]> marks) {
        long firstOpen =
                openIn.values().stream().mapToLong(Long::longValue).min().orElse(0);
        long upTo = (due.epochs.isEmpty() ? firstOpen : Math.min(firstOpen, due.epochs.first())) - 1;
        if (due.sweepBelow <= due.sweepTo && upTo > due.marked) {
            due.marked = upTo;
            marks.put(
                    MARK + stream.number,
                    ByteBuffer.allocate(Long.BYTES).putLong(upTo).array());
        }
    }
}
