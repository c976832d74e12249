// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.watchkeep.retention.audit.Act;
import org.watchkeep.retention.audit.Actor;
import org.watchkeep.retention.audit.Entry;
import org.watchkeep.retention.audit.Trail;
import org.watchkeep.retention.audit.TrailException;
import org.watchkeep.retention.audit.TrailKey;
import org.watchkeep.retention.audit.TrailSettings;
import org.watchkeep.retention.disk.Disk;

/** A store's trail in tests; it can be told to take nothing. */
final class TestTrail implements AutoCloseable {
    /** The store's ledger has all. */
    static final TestTrail NONE = new TestTrail(null, StoreTrail.NONE);

    private static final TrailKey KEY = TrailKey.ofSeed(new byte[TrailKey.SEED_BYTES]);

    private final @Nullable Trail trail;
    private final StoreTrail entries;
    private volatile boolean refuses;

    private TestTrail(@Nullable Trail trail, StoreTrail entries) {
        this.trail = trail;
        this.entries = entries;
    }

    private TestTrail(Disk disk, Path folder, Trail trail) throws IOException {
        this.trail = trail;
        this.entries = StoreTrail.of(
                disk,
                folder,
                trail,
                entry -> {
                    if (refuses) {
                        throw new TrailException("the test takes nothing");
                    }
                    return trail.append(entry);
                },
                Actor.osUser(1000));
    }

    static TestTrail open(Disk disk, Path store, TestClock clock) throws IOException {
        Path folder = store.resolve("trail");
        TrailSettings settings = new TrailSettings(
                folder, KEY, () -> StreamState.instant(clock.utcMicros()), alarm -> System.out.println(alarm));
        Trail trail = Trail.isThere(disk, folder)
                ? Trail.open(disk, settings)
                : Trail.create(disk, settings, Trail.DEFAULT_NAME);
        return new TestTrail(disk, folder, trail);
    }

    StoreTrail entries() {
        return entries;
    }

    void refuses(boolean now) {
        refuses = now;
    }

    /** What was entered of this act, oldest first. */
    List<Entry> of(Act act) {
        List<Entry> found = new ArrayList<>();
        Trail of = trail;
        if (of == null) {
            return found;
        }
        try {
            of.read(0, of.size(), (index, bytes) -> {
                Entry entry = Entry.parse(bytes);
                if (entry.act().equals(act.code())) {
                    found.add(entry);
                }
            });
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return found;
    }

    @Override
    public void close() throws IOException {
        if (trail != null) {
            trail.close();
        }
    }

    /** The power was cut. */
    void abandon() {
        try {
            close();
        } catch (IOException | RuntimeException dead) {
            System.out.println("abandoned on a dead disk: " + dead.getMessage());
        }
    }
}
