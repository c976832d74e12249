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

    /** @param track {@code main} or {@code sub}; empty for what {@code said} names, else main */
    StreamId stream(String said, Optional<String> track) throws Refusal {
        if (track.isEmpty()) {
            return stream(said);
        }
        if (!track.get().equals("main") && !track.get().equals("sub")) {
            throw Refusal.badInput("bad-stream", "no stream " + quoted(track.get()), "Give main or sub.");
        }
        StreamId asked = new StreamId(stream(said).camera(), track.get());
        boolean isConfigured =
                site.camera(asked.camera()).flatMap(SiteConfig.Camera::sub).isPresent();
        if (track.get().equals("sub") && !isConfigured && !store.streams().contains(asked)) {
            throw Refusal.badInput(
                    "bad-stream", asked.camera() + " has no sub stream", "Leave --stream out for its main stream.");
        }
        return asked;
    }

    private StreamId stream(String said) throws Refusal {
        String id = site.cameras().stream()
                .filter(camera -> Integer.toString(camera.number()).equals(said))
                .map(SiteConfig.Camera::id)
                .filter(numbered -> site.camera(said).isEmpty())
                .findFirst()
                .orElse(said);
        // A camera taken out of the configuration still has its footage.
        Optional<StreamId> named = store.streams().stream()
                .filter(stream -> stream.toString().equals(id))
                .findFirst();
        if (named.isPresent()) {
            return named.get();
        }
        if (site.camera(id).isPresent()
                || store.streams().stream().anyMatch(stream -> stream.camera().equals(id))) {
            return StreamId.main(id);
        }
        throw Refusal.badInput("camera-unknown", "no camera " + quoted(said) + " in this store", next());
    }

    private static String quoted(String said) {
        return said.length() <= MAX_QUOTED ? said : said.substring(0, MAX_QUOTED) + "…";
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
