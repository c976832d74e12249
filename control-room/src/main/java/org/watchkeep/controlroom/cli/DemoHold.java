// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.controlroom.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.watchkeep.controlroom.ControlRoom;
import org.watchkeep.controlroom.control.Acts;
import org.watchkeep.controlroom.control.Documents;
import org.watchkeep.controlroom.control.HoldActs;
import org.watchkeep.controlroom.control.Refusal;
import org.watchkeep.recorder.ingest.CameraStatus;
import org.watchkeep.retention.hold.Ground;
import org.watchkeep.retention.hold.HoldRules;

/**
 * Half a minute into a demo some of its first camera's footage is held, as {@code hold place} does it: while the ring goes
 * round and overwrites all else, it still plays. Confined to the command's thread.
 */
final class DemoHold {
    private static final Duration PLACED_AFTER = Duration.ofSeconds(30);
    private static final Duration FROM_AGO = Duration.ofSeconds(20);
    private static final Duration TO_AGO = Duration.ofSeconds(5);

    private final Shell shell;
    private final ControlRoom room;
    private @Nullable JsonNode placed;
    private boolean tried;

    DemoHold(Shell shell, ControlRoom room) {
        this.shell = shell;
        this.room = room;
    }

    /** Places it when its time has come; a demo whose kept folder has no room for another hold goes on without. */
    void tick(Duration elapsed) throws IOException {
        Optional<CameraStatus> first = room.cameras().stream().findFirst();
        if (tried || elapsed.compareTo(PLACED_AFTER) < 0 || first.isEmpty()) {
            return;
        }
        tried = true;
        Instant now = shell.clock().instant();
        ObjectNode options = Documents.part()
                .put("cameras", first.get().id())
                .put("from", now.minus(FROM_AGO).toString())
                .put("to", now.minus(TO_AGO).toString())
                .put("ground", Ground.INCIDENT.code())
                .put("review", now.plus(HoldRules.REVIEW).toString());
        String actor = System.getProperty("user.name", "");
        try {
            placed = room.acts()
                    .run(new Acts.Request(HoldActs.PLACE, options), actor, new Notes(shell))
                    .document()
                    .path("hold");
        } catch (Refusal refused) {
            shell.note("nothing is held: " + refused.getMessage());
        }
    }

    /** One line of the screen; empty before there is anything to say. */
    Optional<String> line() {
        return Optional.ofNullable(placed).map(hold -> "held: " + HoldLines.line(hold));
    }

    /** What was held, for a document. */
    void addTo(ArrayNode holds) {
        if (placed != null) {
            holds.add(placed);
        }
    }
}
