// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.bench.fleet;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.watchkeep.bench.fleet.CameraGroup.Wire;
import org.watchkeep.bench.fleet.StreamPattern.Rush;
import org.watchkeep.recorder.rtsp.MediaTransport;

/**
 * A whole fleet: what the bench tells the fleet process to be. Cameras are numbered through all groups, from 1. Immutable.
 */
public record FleetPlan(Arrival arrival, List<CameraGroup> groups) {
    public FleetPlan {
        groups = List.copyOf(groups);
        if (groups.isEmpty() || cameras(groups) > CameraGroup.MOST_CAMERAS) {
            throw new IllegalArgumentException(
                    "cameras: " + cameras(groups) + " (expected: 1 to " + CameraGroup.MOST_CAMERAS + ")");
        }
    }

    /** Cameras that are all alike. */
    public static FleetPlan of(int cameras, StreamPattern pattern, Arrival arrival) {
        return new FleetPlan(arrival, List.of(CameraGroup.plain(cameras, pattern)));
    }

    private static int cameras(List<CameraGroup> groups) {
        return groups.stream().mapToInt(CameraGroup::cameras).sum();
    }

    public int cameras() {
        return cameras(groups);
    }

    public int streams() {
        return groups.stream().mapToInt(g -> g.cameras() * g.streams().size()).sum();
    }

    /** The group of each camera, in the order of their numbers. */
    public List<CameraGroup> groupOfEach() {
        List<CameraGroup> each = new ArrayList<>();
        groups.forEach(group -> {
            for (int i = 0; i < group.cameras(); i++) {
                each.add(group);
            }
        });
        return each;
    }

    /** At most so many bits of payload in a second. */
    public long peakBitsPerSecond() {
        return groups.stream()
                .mapToLong(g -> g.cameras()
                        * g.streams().stream()
                                .mapToLong(StreamPattern::peakBitsPerSecond)
                                .sum())
                .sum();
    }

    /** Whether every stream sends at one rate, so that what was offered can be held against what was meant to be. */
    public boolean isEven() {
        return groups.stream().flatMap(g -> g.streams().stream()).allMatch(StreamPattern::isEven);
    }

    /** Whether a network of the fleet's own loses packets on purpose. */
    public boolean spoils() {
        return groups.stream().anyMatch(g -> g.wire().spoils());
    }

    /** The same mixture with another number of cameras in all. */
    public FleetPlan withCameras(int count) {
        int all = cameras();
        List<CameraGroup> scaled = new ArrayList<>();
        int given = 0;
        int before = 0;
        for (CameraGroup group : groups) {
            before += group.cameras();
            int upTo = (int) ((long) count * before / all);
            if (upTo > given) {
                scaled.add(group.withCameras(upTo - given));
            }
            given = upTo;
        }
        return new FleetPlan(arrival, scaled);
    }

    ObjectNode toJson() {
        ObjectNode node = new ObjectMapper().createObjectNode();
        node.put("arrival", arrival.name().toLowerCase(Locale.ROOT));
        ArrayNode list = node.putArray("groups");
        for (CameraGroup group : groups) {
            ObjectNode one = list.addObject()
                    .put("cameras", group.cameras())
                    .put("kind", group.kind().label())
                    .put("transport", group.transport().label())
                    .put("login", group.login())
                    .put("lost", group.wire().lost())
                    .put("duplicated", group.wire().duplicated())
                    .put("reordered", group.wire().reordered())
                    .put("jitterMillis", group.wire().jitterMillis());
            ArrayNode streams = one.putArray("streams");
            for (StreamPattern stream : group.streams()) {
                streams.addObject()
                        .put("bits", stream.bitsPerSecond())
                        .put("fps", stream.picturesPerSecond())
                        .put("gop", stream.groupPictures())
                        .put("rushBits", stream.rush().bitsPerSecond())
                        .put("rushFps", stream.rush().picturesPerSecond())
                        .put("quietSeconds", stream.rush().quietSeconds())
                        .put("rushSeconds", stream.rush().seconds());
            }
        }
        return node;
    }

    /** @throws IllegalArgumentException when it is none */
    static FleetPlan fromJson(JsonNode node) {
        List<CameraGroup> groups = new ArrayList<>();
        for (JsonNode one : node.path("groups")) {
            List<StreamPattern> streams = new ArrayList<>();
            for (JsonNode stream : one.path("streams")) {
                streams.add(new StreamPattern(
                        stream.path("bits").asLong(),
                        stream.path("fps").asInt(),
                        stream.path("gop").asInt(),
                        new Rush(
                                stream.path("rushBits").asLong(),
                                stream.path("rushFps").asInt(),
                                stream.path("quietSeconds").asInt(),
                                stream.path("rushSeconds").asInt())));
            }
            groups.add(new CameraGroup(
                    one.path("cameras").asInt(),
                    PictureKind.of(one.path("kind").asText()),
                    streams,
                    MediaTransport.valueOf(one.path("transport").asText().toUpperCase(Locale.ROOT)),
                    one.path("login").asBoolean(),
                    new Wire(
                            one.path("lost").asDouble(),
                            one.path("duplicated").asDouble(),
                            one.path("reordered").asDouble(),
                            one.path("jitterMillis").asInt())));
        }
        return new FleetPlan(Arrival.valueOf(node.path("arrival").asText().toUpperCase(Locale.ROOT)), groups);
    }
}
