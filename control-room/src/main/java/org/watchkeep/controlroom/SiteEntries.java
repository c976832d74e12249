// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.controlroom;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;
import org.watchkeep.controlroom.config.SiteConfig;
import org.watchkeep.retention.audit.Act;
import org.watchkeep.retention.audit.Fields;
import org.watchkeep.retention.audit.Hash;
import org.watchkeep.retention.audit.NewEntry;
import org.watchkeep.retention.audit.RegisterFold;
import org.watchkeep.retention.audit.Trail;
import org.watchkeep.retention.disk.Disk;
import org.watchkeep.retention.store.StoreTrail;

/**
 * What a start enters: that the one before did not end in order, the start itself, and the configuration where it is another
 * than the one entered last. Compared with the trail alone: there is no second copy to disagree. The opening thread's.
 */
final class SiteEntries {
    private final Trail trail;
    private final StoreTrail entries;
    private final RegisterFold<Map<String, String>> machine;
    private final RegisterFold<Map<String, String>> site;
    private final RegisterFold<Map<String, String>> schemes;
    private final RegisterFold<Map<String, String>> cameras;

    SiteEntries(Disk disk, Path folder, Trail trail, StoreTrail entries) throws IOException {
        this.trail = trail;
        this.entries = entries;
        this.machine = new RegisterFold<>(disk, folder, trail, LatestRegister.MACHINE);
        this.site = new RegisterFold<>(disk, folder, trail, LatestRegister.SITE);
        this.schemes = new RegisterFold<>(disk, folder, trail, LatestRegister.SCHEME);
        this.cameras = new RegisterFold<>(disk, folder, trail, LatestRegister.CAMERA);
    }

    void started(String version) throws IOException {
        boolean unclean = Act.MACHINE_STARTED.code().equals(machine.current().get(LatestRegister.ACT));
        if (unclean) {
            Instant seen = trail.entry(trail.size() - 1).entered();
            entries.enter(NewEntry.byMachine(Act.MACHINE_UNCLEAN, Fields.NONE.with("seen", seen)));
        }
        entries.enter(NewEntry.byMachine(Act.MACHINE_STARTED, Fields.NONE.with("version", version)));
        machine.snapshot();
    }

    void configured(SiteConfig configured) throws IOException {
        Map<String, String> known = cameras.current();
        String digest = site.current().getOrDefault(LatestRegister.DIGEST, "");
        Hash now = Hash.ofAll(Files.readAllBytes(configured.file()));
        if (!now.toString().equals(digest)) {
            entries.enter(NewEntry.of(Act.SITE_CONFIGURED, entries.people(), Fields.NONE.with("digest", now)));
        }
        schemes(configured, new TreeMap<>(schemes.current()));
        cameras(configured, new TreeMap<>(known));
        site.snapshot();
        schemes.snapshot();
        cameras.snapshot();
    }

    private void schemes(SiteConfig configured, Map<String, String> known) throws IOException {
        for (SiteConfig.Scheme scheme : configured.schemes()) {
            Hash digest = digest(scheme);
            if (!digest.toString().equals(known.remove(scheme.id()))) {
                Fields data = Fields.NONE.with("scheme", scheme.id()).with("digest", digest);
                entries.enter(NewEntry.of(Act.SCHEME_CHANGED, entries.people(), data));
            }
        }
        for (String gone : known.keySet()) {
            entries.enter(NewEntry.of(Act.SCHEME_REMOVED, entries.people(), Fields.NONE.with("scheme", gone)));
        }
    }

    private void cameras(SiteConfig configured, Map<String, String> known) throws IOException {
        for (SiteConfig.Camera camera : configured.cameras()) {
            Hash digest = digest(camera);
            if (digest.toString().equals(known.remove(camera.id()))) {
                continue;
            }
            entries.enter(NewEntry.of(
                    Act.CAMERA_CHANGED,
                    entries.people(),
                    Fields.NONE
                            .with("camera", camera.id())
                            .with("number", camera.number())
                            .with("class", camera.classId())
                            .with("enabled", camera.enabled())
                            .with("digest", digest)));
        }
        for (String gone : known.keySet()) {
            entries.enter(NewEntry.of(Act.CAMERA_REMOVED, entries.people(), Fields.NONE.with("camera", gone)));
        }
    }

    /** A purpose a line, behind its name: neither has a line feed in it. */
    private static Hash digest(SiteConfig.Scheme scheme) {
        return Hash.ofAll(String.join(
                        "\n", "watchkeep/v1/scheme", scheme.id(), scheme.name(), String.join("\n", scheme.purposes()))
                .getBytes(UTF_8));
    }

    /** Line by line, so that a later version with more settings can still tell what these were. No password is among them. */
    private static Hash digest(SiteConfig.Camera camera) {
        return Hash.ofAll(String.join(
                        "\n",
                        "watchkeep/v1/camera",
                        camera.id(),
                        Integer.toString(camera.number()),
                        camera.name(),
                        camera.scheme().orElse(""),
                        camera.classId(),
                        camera.url().toString(),
                        camera.sub().map(Object::toString).orElse(""),
                        camera.credentials().map(SiteConfig.Credentials::user).orElse(""),
                        camera.transport().toString(),
                        Boolean.toString(camera.enabled()))
                .getBytes(UTF_8));
    }
}
