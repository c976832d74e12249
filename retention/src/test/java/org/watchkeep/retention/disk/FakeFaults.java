// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.disk;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.BiConsumer;

/**
 * What goes wrong on a {@link FakeDisk}, and when. Any thread; guarded by itself.
 *
 * <p>The n-th counts from the moment the fault is set, from 1, over all files of the disk; each such fault strikes once.
 */
public final class FakeFaults {
    /** What a disk is asked to do. All but READ and LOOK change it, and count as steps of a write order. */
    public enum Operation {
        READ,
        /** Open of a file that exists, list, exists, size. */
        LOOK,
        /** Open of a file that did not exist. */
        CREATE,
        WRITE,
        SYNC,
        ALLOCATE,
        CREATE_FOLDERS,
        SYNC_FOLDER,
        RENAME,
        DELETE;

        boolean changes() {
            return this != READ && this != LOOK;
        }
    }

    /** What becomes of the unsynced blocks of a file whose sync failed; operating systems differ. */
    public enum DirtyBlocks {
        /** Thrown out of the cache: readers see what is on the medium. */
        DROPPED,
        /** Readers still see them, the next sync says all is well, and the medium never gets them. */
        MARKED_CLEAN,
        /** Tried again by the next sync. */
        KEPT
    }

    private record Nth(Operation operation, long at, OptionalLong bytes, DirtyBlocks fate) {}

    private record Range(Path path, long from, long to, Set<Operation> operations) {}

    /** A fault that strikes: how many bytes still go through, and what a failed sync does to unsynced blocks. */
    record Strike(String message, long bytes, DirtyBlocks fate) {
        IOException exception(Operation operation, Path path) {
            return new IOException(message + ": " + operation + " " + path);
        }
    }

    private final Map<Operation, Long> counts = new EnumMap<>(Operation.class);
    private final List<Nth> nths = new ArrayList<>();
    private final List<Range> ranges = new ArrayList<>();
    private BiConsumer<Operation, Path> before = (operation, path) -> {};

    FakeFaults() {}

    /** The n-th operation of this kind from now fails and does nothing (a sync: its blocks are dropped). */
    public void fail(Operation operation, long nth) {
        add(new Nth(operation, nth, OptionalLong.empty(), DirtyBlocks.DROPPED));
    }

    /** The n-th write from now stops after this many bytes, which are written, and then fails. */
    public void shortWrite(long nth, long bytes) {
        add(new Nth(Operation.WRITE, nth, OptionalLong.of(bytes), DirtyBlocks.DROPPED));
    }

    /** The n-th sync from now fails. */
    public void failSync(long nth, DirtyBlocks fate) {
        add(new Nth(Operation.SYNC, nth, OptionalLong.empty(), fate));
    }

    private synchronized void add(Nth nth) {
        if (nth.at() < 1) {
            throw new IllegalArgumentException("nth: " + nth.at() + " (expected: >= 1)");
        }
        nths.add(new Nth(nth.operation(), count(nth.operation()) + nth.at(), nth.bytes(), nth.fate()));
    }

    /** From now on these operations on this path fail, until {@link #heal}; reads and writes where they touch [from, to). */
    public synchronized void failRange(Path path, long from, long to, Operation... operations) {
        ranges.add(new Range(FakeDisk.key(path), from, to, Set.of(operations)));
    }

    /** From now on these operations fail on this path and, if it is a folder, on all below it, until {@link #heal}. */
    public void failPath(Path path, Operation... operations) {
        failRange(path, 0, Long.MAX_VALUE, operations);
    }

    /** Takes back every fault set so far; counts go on. */
    public synchronized void heal() {
        nths.clear();
        ranges.clear();
    }

    /**
     * Called before each operation, on its thread and outside every lock of the disk: a test makes a disk slow by
     * waiting here for what it likes.
     */
    public synchronized void before(BiConsumer<Operation, Path> hook) {
        before = hook;
    }

    synchronized BiConsumer<Operation, Path> before() {
        return before;
    }

    /** How many operations of this kind were asked for, failed ones included. */
    public synchronized long count(Operation operation) {
        return counts.getOrDefault(operation, 0L);
    }

    /** Counts the operation; the fault that strikes it, if one does. */
    synchronized Optional<Strike> strike(Operation operation, Path path, long from, long size) {
        long number = counts.merge(operation, 1L, Long::sum);
        for (Nth nth : nths) {
            if (nth.operation() == operation && nth.at() == number) {
                return Optional.of(
                        new Strike("scripted failure no. " + number, nth.bytes().orElse(0), nth.fate()));
            }
        }
        for (Range range : ranges) {
            if (range.operations().contains(operation)
                    && path.startsWith(range.path())
                    && from < range.to()
                    && range.from() < from + Math.max(1, size)) {
                return Optional.of(new Strike("Input/output error", 0, DirtyBlocks.DROPPED));
            }
        }
        return Optional.empty();
    }
}
