// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.policy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.watchkeep.retention.disk.Disk;

/**
 * The retention clock as it is written down, each minute and when an epoch is opened: {@code retention.clock}, checked
 * JSON: {@code {"version":2,"clock":{...},"stamps":{"17":...},"marks":{"ordinary":{...}}}}. Version 1 knew only the first place
 * where time may have passed unseen: read, it may have been until then. Confined to the keeper's thread.
 */
public final class RetentionBook {
    public static final String FILE = "retention.clock";
    static final int VERSION = 2;

    /** 32 classes of 366 days of epochs, each some 30 bytes: 9 MB. */
    static final int MAX_BYTES = 16 << 20;

    private static final CheckedJson.Form<Content> FORM =
            new CheckedJson.Form<>(FILE, VERSION, Content.class, MAX_BYTES, RetentionBook::ofVersionOne);

    /**
     * What is written down. Immutable.
     *
     * @param stamps of the clock, by number of the epoch that was opened then
     * @param marks how far each class had been erased
     */
    public record Content(
            int version, RetentionClock.State clock, Map<Long, Long> stamps, Map<String, Brake.Mark> marks) {
        public Content {
            stamps = Map.copyOf(stamps);
            marks = Map.copyOf(marks);
        }

        public Content(RetentionClock.State clock, Map<Long, Long> stamps, Map<String, Brake.Mark> marks) {
            this(VERSION, clock, stamps, marks);
        }
    }

    private final CheckedJson<Content> json;

    private static boolean ofVersionOne(ObjectNode members, int version) {
        if (version != 1 || !(members.path("clock") instanceof ObjectNode clock)) {
            return false;
        }
        // Where and how time passed since UTC was last vouched for was not written down: it may have been until now.
        boolean mayHavePassed = clock.path("unseenAt").asLong() >= 0;
        clock.set("unseenUntil", mayHavePassed ? clock.path("elapsedMicros") : clock.path("unseenAt"));
        clock.put("stepped", mayHavePassed || !clock.path("inDoubt").isEmpty());
        for (String jumps : List.of("taken", "inDoubt")) {
            for (JsonNode jump : clock.path(jumps)) {
                if (jump instanceof ObjectNode one) {
                    one.set("untilElapsedMicros", one.path("atElapsedMicros"));
                }
            }
        }
        return true;
    }

    public RetentionBook(Disk disk, Path folder) {
        this.json = new CheckedJson<>(disk, folder, FORM);
    }

    /** What was written last; empty where nothing was, or what stands there is not what was written. */
    public Optional<Content> read() throws IOException {
        return json.read();
    }

    /** Durable on return. */
    public void write(Content content) throws IOException {
        json.write(content);
    }

    static byte[] encode(Content content) throws IOException {
        return FORM.encode(content);
    }

    /**
     * Reads it back; empty where it is damaged.
     *
     * @throws IOException when a newer version wrote it
     */
    static Optional<Content> parse(byte[] line) throws IOException {
        return FORM.parse(line);
    }
}
