// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.audit;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.watchkeep.retention.disk.Disk;
import org.watchkeep.retention.disk.FakeDisk;

/** A trail's surroundings in tests: one key, a clock that moves by hand, the alarms it raised. */
final class TrailRig {
    static final Path FOLDER = Path.of("/data/trail");
    static final TrailKey KEY = TrailKey.ofSeed(WorkedExampleTest.counting(0));
    private static final Instant START = Instant.parse("2026-11-22T09:00:00Z");

    final List<String> alarms = Collections.synchronizedList(new ArrayList<>());
    private final AtomicLong millis = new AtomicLong();
    private final InstantSource clock = () -> START.plusMillis(millis.get());

    static FakeDisk disk() throws IOException {
        FakeDisk disk = new FakeDisk();
        disk.createFolders(Path.of("/data"));
        return disk.settle();
    }

    void pass(long moreMillis) {
        millis.addAndGet(moreMillis);
    }

    TrailSettings settings() {
        return settings(FOLDER);
    }

    TrailSettings settings(Path folder) {
        return new TrailSettings(folder, KEY, clock, alarms::add);
    }

    Trail open(Disk disk) throws IOException {
        return Trail.isThere(disk, FOLDER)
                ? Trail.open(disk, settings())
                : Trail.create(disk, settings(), Trail.DEFAULT_NAME);
    }

    static NewEntry entry(long number) {
        return NewEntry.byMachine(
                Act.EPOCH_ERASED,
                Fields.NONE
                        .with("class", "ordinary")
                        .with("epoch", number)
                        .with("segments", 1200)
                        .with("fragments", 71_980)
                        .with("bytes", 8_123_456_789L)
                        .with("homes", 2)
                        .with("outstanding", 0)
                        .with("medium", "in-place"));
    }

    static List<Appended> append(Trail trail, long from, long to) throws IOException {
        List<Appended> all = new ArrayList<>();
        for (long i = from; i < to; i++) {
            all.add(trail.append(entry(i)));
        }
        return all;
    }
}
