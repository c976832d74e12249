// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.bench.ingest;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import org.watchkeep.bench.ingest.IngestSearch.Found;

/** A search in JSON, its fields as docs/cli.md lists them. */
final class SearchDocument {
    private SearchDocument() {}

    /** @param results of the runs that could be measured, in their order */
    static ObjectNode of(Found found, List<IngestResult> results) {
        ObjectNode node = new ObjectMapper().createObjectNode().put("schema", "watchkeep/bench-ingest-search/1");
        node.put("mostCameras", found.most());
        if (found.brokeAt().isPresent()) {
            node.put("brokeAtCameras", found.brokeAt().getAsInt()).put("brokeFirst", found.brokeFirst());
        } else {
            node.putNull("brokeAtCameras").putNull("brokeFirst").put("brokeReason", found.ended());
        }
        node.put("ended", found.ended());
        ArrayNode attempts = node.putArray("attempts");
        found.attempts()
                .forEach(attempt -> attempts.addObject()
                        .put("cameras", attempt.cameras())
                        .put("carried", attempt.carried())
                        .put("broke", attempt.broke()));
        ArrayNode runs = node.putArray("runs");
        results.forEach(result -> runs.add(IngestDocument.of(result).put("carried", result.isCarried())));
        return node;
    }
}
