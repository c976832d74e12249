// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What the store asks of its index of segments. {@link SegmentIndex} keeps it on a disk, {@link StandingIndex} stands in
 * front of it so that its faults stop nothing; tests have one that fails on command.
 */
interface Index extends Closeable {
    /**
     * Writes rows and marks as one batch: all of it or nothing is found again. A row with the same key is replaced. One
     * thread puts, removes and sums up.
     */
    void put(List<SegmentIndex.Row> rows, Map<String, byte[]> marks) throws IOException;

    /** Every mark, by name. */
    Map<String, byte[]> marks() throws IOException;

    /** The segments of a stream in an epoch whose start is in [from, to), earliest first. */
    List<Segment> find(long epoch, int stream, StreamId id, long fromStartMicros, long toStartMicros)
            throws IOException;

    /** The newest segment of a stream in an epoch that starts at this instant or before it. */
    Optional<Segment> before(long epoch, int stream, StreamId id, long startMicros) throws IOException;

    /**
     * The summaries that {@link #summarise} has made of a stream's epochs in [from, to], by epoch. An epoch whose rows
     * have changed since is not among them.
     */
    Map<Long, List<SegmentSummary>> summaries(int stream, StreamId id, long fromEpoch, long toEpoch) throws IOException;

    /** What such a summary of one epoch adds up to; empty where it has none. */
    Optional<SummaryRow.Totals> totals(long epoch, int stream, StreamId id) throws IOException;

    /** Sums up the rows of a stream in an epoch; nothing where it has none. By the thread that puts and removes rows only. */
    void summarise(long epoch, int stream, StreamId id) throws IOException;

    /** Removes rows as one batch; a row that is not there is no error. */
    void removeAll(List<SegmentIndex.RowKey> keys) throws IOException;

    /**
     * Removes every row of an epoch but those of some streams.
     *
     * @param streams every stream that may have a row of it: of each its summary goes
     * @param kept those whose rows stay
     */
    void removeEpoch(long epoch, Collection<Integer> streams, Set<Integer> kept) throws IOException;

    /** Makes or opens the index in a folder. */
    interface Opening {
        /**
         * @throws IndexUnreadableException when it is damaged: delete the folder, open again, rebuild
         */
        Index open(Path folder) throws IOException;
    }
}
