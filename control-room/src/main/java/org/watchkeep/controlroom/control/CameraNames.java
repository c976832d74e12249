// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.controlroom.control;

import java.util.Optional;
import java.util.stream.Collectors;
import org.watchkeep.controlroom.config.SiteConfig;
import org.watchkeep.retention.store.FootageStore;
import org.watchkeep.retention.store.StreamId;

/** Finds the stream a person means: by the camera's id, its number, or as {@code camera/track}. Any thread. */
final class CameraNames {
    /** Enough to see what the ids look like. */
    private static final int MAX_NAMED = 12;
    /** What came is quoted, shortened to this. */
    private static final int MAX_QUOTED = 40;

    private final FootageStore store;
    private final SiteConfig site;

    CameraNames(FootageStore store, SiteConfig site) {
        this.store = store;
        this.site = site;
    }

    StreamId stream(String said) throws Refusal {
        String id = site.cameras().stream()
                .filter(camera -> Integer.toString(camera.number()).equals(said))
                .map(SiteConfig.Camera::id)
                .filter(numbered -> site.camera(said).isEmpty())
                .findFirst()
                .orElse(said);
        // A camera taken out of the configuration still has its footage.
        Optional<StreamId> known = store.streams().stream()
                .filter(stream ->
                        stream.toString().equals(id) || stream.toString().equals(id + "/main"))
                .findFirst();
        if (known.isPresent()) {
            return known.get();
        }
        if (site.camera(id).isPresent()) {
            return StreamId.main(id);
        }
        String quoted = said.length() <= MAX_QUOTED ? said : said.substring(0, MAX_QUOTED) + "…";
        throw Refusal.badInput("camera-unknown", "no camera " + quoted + " in this store", next());
    }

    private String next() {
        String named = store.streams().stream()
                .map(StreamId::camera)
                .distinct()
                .limit(MAX_NAMED)
                .collect(Collectors.joining(", "));
        return named.isEmpty() ? "The store holds no footage yet." : "It holds: " + named + ".";
    }
}
