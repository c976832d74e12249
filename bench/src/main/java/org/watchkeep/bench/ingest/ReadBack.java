// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.bench.ingest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import org.watchkeep.controlroom.control.Acts;
import org.watchkeep.controlroom.control.Answer;
import org.watchkeep.controlroom.control.Refusal;
import org.watchkeep.controlroom.control.StoreActs;
import org.watchkeep.retention.store.StoreClock;

/**
 * What reading one camera back has cost: everything of it that is durable, as {@code store extract} reads it (found,
 * read, decrypted, its digest compared), but not written to a file. Immutable.
 *
 * @param rounds how many times all of it was read
 * @param missing parts that could not be read
 */
record ReadBack(int rounds, double mediaSeconds, double seconds, double cpuSeconds, long bytes, int missing) {
    static final ReadBack NONE = new ReadBack(0, 0, 0, 0, 0, 0);
    private static final ObjectMapper JSON = new ObjectMapper();

    /** Reads once, on this thread. */
    static ReadBack once(Acts acts, String camera, StoreClock clock) throws IOException, Refusal {
        Counted counted = new Counted();
        long cpuBefore = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
        long before = clock.monoNanos();
        Acts.Request request =
                new Acts.Request(StoreActs.EXTRACT, JSON.createObjectNode().put("camera", camera));
        ObjectNode document = acts.run(request, "bench", counted).document();
        double seconds = (clock.monoNanos() - before) / 1e9;
        double cpu = (ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - cpuBefore) / 1e9;
        double media = 0;
        for (JsonNode file : document.path("files")) {
            if (file.path("start").isTextual() && file.path("end").isTextual()) {
                media += Duration.between(
                                        Instant.parse(file.path("start").asText()),
                                        Instant.parse(file.path("end").asText()))
                                .toNanos()
                        / 1e9;
            }
        }
        return new ReadBack(
                1, media, seconds, cpu, counted.bytes, document.path("missing").size());
    }

    ReadBack and(ReadBack more) {
        return new ReadBack(
                rounds + more.rounds,
                mediaSeconds + more.mediaSeconds,
                seconds + more.seconds,
                cpuSeconds + more.cpuSeconds,
                bytes + more.bytes,
                missing + more.missing);
    }

    /** How many times faster than it happened. */
    double timesRealTime() {
        return seconds == 0 ? 0 : mediaSeconds / seconds;
    }

    ObjectNode toJson() {
        return JSON.createObjectNode()
                .put("rounds", rounds)
                .put("mediaSeconds", mediaSeconds)
                .put("seconds", seconds)
                .put("cpuSeconds", cpuSeconds)
                .put("bytes", bytes)
                .put("missing", missing);
    }

    static ReadBack of(JsonNode node) {
        return new ReadBack(
                node.path("rounds").asInt(),
                node.path("mediaSeconds").asDouble(),
                node.path("seconds").asDouble(),
                node.path("cpuSeconds").asDouble(),
                node.path("bytes").asLong(),
                node.path("missing").asInt());
    }

    /** Takes the footage and counts it. */
    static final class Counted implements Answer {
        private long bytes;

        @Override
        public void progress(String line) {}

        @Override
        public void beginFile(int number, int count) {}

        @Override
        public void write(ByteBuffer part) {
            bytes += part.remaining();
        }

        @Override
        public void endFile() {}
    }
}
