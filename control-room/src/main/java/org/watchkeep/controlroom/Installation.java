// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.controlroom;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;
import org.watchkeep.controlroom.control.Refusal;
import org.watchkeep.retention.disk.Disk;
import org.watchkeep.retention.disk.DiskFile;

/**
 * What {@code init} notes of an installation in {@code DATA/installation.json}, last of all it makes: a folder without it
 * is not initialised. Immutable.
 *
 * @param kind what the store is for
 * @param config the site configuration it was made with, absolute
 * @param madeBy OS user who ran {@code init}
 */
public record Installation(Kind kind, Path config, String madeBy, String madeAt) {
    public static final String FILE = "installation.json";
    /** The site configuration of a data folder that has its own. */
    public static final String SITE = "site.yaml";

    private static final String SCHEMA = "watchkeep/installation/1";
    /** It is under 500 bytes; anything longer is not ours. */
    private static final int MAX_BYTES = 64 << 10;

    private static final ObjectMapper JSON = new ObjectMapper();

    /** What a store is for: only one that records real cameras may be relied on. */
    public enum Kind {
        /** Real cameras and the real clock. */
        LIVE("live"),
        /** Made for tests; may be given another clock. */
        SIMULATED("simulated"),
        /** Made by {@code demo}: its cameras are drawn, its configuration is written anew at each start. */
        DEMO("demo");

        private final String word;

        Kind(String word) {
            this.word = word;
        }

        public String word() {
            return word;
        }

        static Optional<Kind> of(String word) {
            for (Kind kind : values()) {
                if (kind.word.equals(word)) {
                    return Optional.of(kind);
                }
            }
            return Optional.empty();
        }
    }

    /** What is noted in this folder; empty when it is not initialised. */
    public static Optional<Installation> find(Path data) throws IOException, Refusal {
        Path file = data.resolve(FILE);
        byte[] bytes;
        try (InputStream in = Files.newInputStream(file)) {
            bytes = in.readNBytes(MAX_BYTES + 1);
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
        try {
            JsonNode json = bytes.length > MAX_BYTES ? null : JSON.readTree(bytes);
            Optional<Kind> kind =
                    json == null ? Optional.empty() : Kind.of(json.path("kind").asText());
            if (json == null
                    || kind.isEmpty()
                    || !SCHEMA.equals(json.path("schema").asText())) {
                throw Refusal.environment(
                        "bad-installation",
                        file + " was not written by this version of Watchkeep",
                        "Use the version it was made with.");
            }
            return Optional.of(new Installation(
                    kind.get(),
                    Path.of(json.path("config").asText()),
                    json.path("madeBy").asText(),
                    json.path("madeAt").asText()));
        } catch (JsonProcessingException e) {
            throw Refusal.environment(
                    "bad-installation", file + " is damaged: " + e.getOriginalMessage(), "Restore it from a copy.");
        }
    }

    /** Writes it so that a power cut leaves all of it or none: temporary file, sync, rename, sync of the folder. */
    public void write(Disk disk, Path data) throws IOException {
        ObjectNode json = JSON.createObjectNode()
                .put("schema", SCHEMA)
                .put("kind", kind.word())
                .put("config", config.toString())
                .put("madeBy", madeBy)
                .put("madeAt", madeAt);
        Path temporary = data.resolve(FILE + ".new");
        if (disk.exists(temporary)) {
            disk.delete(temporary);
        }
        try (DiskFile file = disk.open(temporary, Disk.Mode.WRITE)) {
            file.write(ByteBuffer.wrap(JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(json)), 0);
            file.sync();
        }
        disk.rename(temporary, data.resolve(FILE));
        disk.syncFolder(data);
    }
}
