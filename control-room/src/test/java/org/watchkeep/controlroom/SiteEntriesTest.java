// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.controlroom;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.watchkeep.controlroom.config.ConfigException;
import org.watchkeep.controlroom.config.SiteConfigReader;
import org.watchkeep.controlroom.config.SiteExample;
import org.watchkeep.retention.audit.Actor;
import org.watchkeep.retention.audit.Entry;
import org.watchkeep.retention.audit.Trail;
import org.watchkeep.retention.audit.TrailKey;
import org.watchkeep.retention.audit.TrailSettings;
import org.watchkeep.retention.disk.Disk;
import org.watchkeep.retention.disk.RealDisk;
import org.watchkeep.retention.store.StoreTrail;

/** What a start enters of schemes: what differs from what was entered last, and nothing else. */
class SiteEntriesTest {
    private static final String SCHEME = "{id: town-centre, name: Town centre, purposes: [crime, public-safety]}";

    @TempDir
    private Path folder;

    private final Disk disk = new RealDisk();

    private List<String> start(String site) throws IOException, ConfigException {
        Path file = Files.writeString(folder.resolve("site.yaml"), site);
        Path at = folder.resolve("trail");
        TrailSettings settings = new TrailSettings(
                at,
                TrailKey.ofSeed(new byte[TrailKey.SEED_BYTES]),
                () -> Instant.parse("2026-11-22T09:00:00Z"),
                alarm -> {});
        try (Trail trail = Trail.isThere(disk, at)
                ? Trail.open(disk, settings)
                : Trail.create(disk, settings, Trail.DEFAULT_NAME)) {
            long before = trail.size();
            StoreTrail entries = StoreTrail.of(disk, at, trail, Actor.osUser(1000));
            new SiteEntries(disk, at, trail, entries).configured(SiteConfigReader.read(file));
            List<String> schemes = new ArrayList<>();
            trail.read(before, trail.size(), (index, bytes) -> {
                Entry entry = Entry.parse(bytes);
                if (entry.act().startsWith("scheme.")) {
                    schemes.add(entry.act() + " " + entry.data().text("scheme"));
                }
            });
            return schemes;
        }
    }

    @Test
    void schemes_areEnteredWhereTheyDifferFromWhatWasEnteredLast() throws IOException, ConfigException {
        String site = SiteExample.text();
        assertThat(start(site)).containsExactly("scheme.changed town-centre");
        assertThat(start(site)).isEmpty();
        assertThat(start(site.replace("[crime, public-safety]", "[crime]")))
                .containsExactly("scheme.changed town-centre");
        assertThat(start(site.replace("[crime, public-safety]", "[crime]"))).isEmpty();
        String parks = site.replace(SCHEME, "{id: parks, name: Parks, purposes: [crime]}")
                .replace("scheme: town-centre", "scheme: parks");
        assertThat(start(parks)).containsExactly("scheme.changed parks", "scheme.removed town-centre");
        assertThat(start(site)).containsExactly("scheme.changed town-centre", "scheme.removed parks");
    }
}
