// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.watchkeep.retention.disk.DiskFile;

/**
 * What one volume's disk has been asked and has not answered. A disk that fails says so; one that hangs says nothing, so
 * somebody has to look: the keeper does, once a second, and the volume is then named in status and log. Any thread;
 * {@link #look} by the keeper's only.
 */
final class DiskWatch {
    /** A spinning disk that tries a bad sector again answers within seven seconds; one that takes longer needs a person. */
    static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final Set<Asked> underWay = ConcurrentHashMap.newKeySet();
    private volatile @Nullable String notAnswering;

    /** One operation under way; equal to itself only. */
    private static final class Asked {
        private final String what;
        private final Path path;

        /** When the keeper met it first; confined to the keeper. */
        private boolean met;

        private long metNanos;

        Asked(String what, Path path) {
            this.what = what;
            this.path = path;
        }
    }

    /** Something a disk is asked. */
    interface Question<T> {
        T ask() throws IOException;
    }

    /** What has changed since the last look. */
    enum Change {
        NONE,
        FELL_SILENT,
        ANSWERS_AGAIN
    }

    <T> T ask(String what, Path path, Question<T> question) throws IOException {
        Asked asked = new Asked(what, path);
        underWay.add(asked);
        try {
            return question.ask();
        } finally {
            underWay.remove(asked);
        }
    }

    /** Counts how long each question has been open since it was first met; a second's error is no matter. */
    Change look(long nowNanos) {
        Asked oldest = null;
        for (Asked asked : underWay) {
            if (!asked.met) {
                asked.met = true;
                asked.metNanos = nowNanos;
            }
            if (oldest == null || asked.metNanos - oldest.metNanos < 0) {
                oldest = asked;
            }
        }
        boolean was = notAnswering != null;
        if (oldest == null || nowNanos - oldest.metNanos < PATIENCE_NANOS) {
            notAnswering = null;
            return was ? Change.ANSWERS_AGAIN : Change.NONE;
        }
        notAnswering = oldest.what + " " + oldest.path + " for "
                + TimeUnit.NANOSECONDS.toSeconds(nowNanos - oldest.metNanos) + " s";
        return was ? Change.NONE : Change.FELL_SILENT;
    }

    /** What the disk has been asked for longer than a disk takes; empty while it answers. */
    Optional<String> notAnswering() {
        return Optional.ofNullable(notAnswering);
    }

    /** The file, each operation of which is watched. */
    DiskFile watched(Path path, DiskFile file) {
        return new DiskFile() {
            @Override
            public void write(ByteBuffer bytes, long position) throws IOException {
                ask("writing", path, () -> {
                    file.write(bytes, position);
                    return file;
                });
            }

            @Override
            public int read(ByteBuffer bytes, long position) throws IOException {
                return ask("reading", path, () -> file.read(bytes, position));
            }

            @Override
            public void sync() throws IOException {
                ask("syncing", path, () -> {
                    file.sync();
                    return file;
                });
            }

            @Override
            public long size() throws IOException {
                return ask("looking at", path, file::size);
            }

            @Override
            public void close() throws IOException {
                file.close();
            }
        };
    }
}
