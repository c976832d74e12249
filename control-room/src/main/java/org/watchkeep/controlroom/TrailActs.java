// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.controlroom;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import org.watchkeep.controlroom.control.Acts;
import org.watchkeep.controlroom.control.Answer;
import org.watchkeep.controlroom.control.Documents;
import org.watchkeep.controlroom.control.Refusal;
import org.watchkeep.retention.audit.Act;
import org.watchkeep.retention.audit.Fields;
import org.watchkeep.retention.audit.Hash;
import org.watchkeep.retention.audit.NewEntry;
import org.watchkeep.retention.store.StoreTrail;

/** Enters for a command that reads the trail's files what it takes out of them; all else goes on to the next. Any thread. */
public final class TrailActs implements Acts {
    public static final String EXPORTED = "audit-exported";

    private final Acts next;
    private final StoreTrail entries;

    TrailActs(Acts next, StoreTrail entries) {
        this.next = next;
        this.entries = entries;
    }

    /**
     * What a command asks before it gives entries away.
     *
     * @param to behind the last
     * @param digest of the entries given, as they are given
     * @param filter empty for all
     */
    public record Export(long from, long to, long count, Hash digest, String filter) {
        public Acts.Request toRequest() {
            ObjectNode options = Documents.part()
                    .put("from", from)
                    .put("to", to)
                    .put("count", count)
                    .put("digest", digest.toString());
            return new Acts.Request(EXPORTED, filter.isEmpty() ? options : options.put("filter", filter));
        }
    }

    @Override
    public Result run(Request request, String actor, Answer answer) throws Refusal, IOException {
        return request.act().equals(EXPORTED) ? exported(request.options()) : next.run(request, actor, answer);
    }

    private Result exported(ObjectNode options) throws Refusal, IOException {
        Fields data;
        try {
            data = Fields.NONE
                    .with("from", number(options, "from"))
                    .with("to", number(options, "to"))
                    .with("count", number(options, "count"))
                    .with("digest", Hash.parse(options.path("digest").asText()));
            String filter = options.path("filter").asText("");
            data = filter.isEmpty() ? data : data.with("filter", filter);
        } catch (IllegalArgumentException e) {
            throw Refusal.badInput(
                    "bad-option", String.valueOf(e.getMessage()), "Use the command line of this version.");
        }
        entries.enter(NewEntry.of(Act.TRAIL_EXPORTED, entries.people(), data));
        return new Result(Documents.of(EXPORTED), Refusal.GOOD);
    }

    private static long number(ObjectNode options, String name) {
        JsonNode value = options.path(name);
        if (!value.canConvertToLong() || value.longValue() < 0) {
            throw new IllegalArgumentException(name + ": " + value + " (expected: a number)");
        }
        return value.longValue();
    }
}
