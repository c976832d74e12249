// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.controlroom.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Locale;
import org.watchkeep.controlroom.control.Documents;
import org.watchkeep.profiles.CameraProfile;
import org.watchkeep.profiles.CameraProfile.Addresses;
import org.watchkeep.profiles.CameraProfile.Keepalive;
import org.watchkeep.profiles.CameraProfile.Ports;
import org.watchkeep.profiles.CameraProfile.Transports;
import org.watchkeep.profiles.Limit;
import org.watchkeep.profiles.RecorderLimits;
import org.watchkeep.profiles.RecorderProfile;
import org.watchkeep.profiles.RecorderProfile.Disks;
import org.watchkeep.profiles.RecorderProfile.Network;
import org.watchkeep.profiles.RecorderProfile.Processor;
import org.watchkeep.profiles.Stated;

/** Profiles as JSON: every statement with its source and confidence beside it. */
final class ProfileDocuments {
    /** Retention that camera schemes are planned with, and that a recorder's capacity is quoted for. */
    static final int USUAL_DAYS = 31;

    private ProfileDocuments() {}

    static ObjectNode camera(CameraProfile camera) {
        ObjectNode document = Documents.of("profile-show")
                .put("kind", "camera")
                .put("id", camera.id())
                .put("vendor", camera.vendor());
        texts(document, "models", camera.models());
        document.put("note", camera.note());
        if (camera.addresses().isPresent()) {
            Addresses addresses = camera.addresses().get().value();
            ObjectNode node = stated(document, "addresses", camera.addresses().get())
                    .put("main", addresses.main().text())
                    .put("sub", addresses.sub().map(Object::toString).orElse(null));
            node.put("firstChannel", addresses.firstChannel());
        } else {
            document.putNull("addresses").put("addressesReason", "none is known: ask the camera, or its manual");
        }
        Transports transports = camera.transports().value();
        ObjectNode transport = stated(document, "transports", camera.transports());
        texts(transport, "offered", transports.offered());
        transport.put("preferred", transports.preferred());
        Keepalive keepalive = camera.keepalive().value();
        stated(document, "keepalive", camera.keepalive())
                .put("method", keepalive.method())
                .put("seconds", keepalive.intervalSeconds());
        stated(document, "session", camera.sessionTimeoutSeconds())
                .put("timeoutSeconds", camera.sessionTimeoutSeconds().value());
        texts(
                stated(document, "codecs", camera.codecs()),
                "offered",
                camera.codecs().value());
        texts(stated(document, "auth", camera.auth()), "offered", camera.auth().value());
        Ports ports = camera.ports().value();
        ObjectNode port = stated(document, "ports", camera.ports()).put("rtsp", ports.rtsp());
        ports.rtsps().ifPresent(number -> port.put("rtsps", number));
        ports.onvif().ifPresent(number -> port.put("onvif", number));
        ArrayNode quirks = document.putArray("quirks");
        camera.quirks()
                .forEach(quirk -> source(quirks.addObject(), quirk)
                        .put("id", quirk.value().id())
                        .put("text", quirk.value().text()));
        return document;
    }

    static ObjectNode recorder(RecorderProfile recorder) {
        ObjectNode document = Documents.of("profile-show")
                .put("kind", "recorder")
                .put("id", recorder.id())
                .put("name", recorder.name())
                .put("note", recorder.note());
        Disks disks = recorder.disks().value();
        stated(document, "disks", recorder.disks())
                .put("kind", disks.kind().name().toLowerCase(Locale.ROOT))
                .put("count", disks.count())
                .put("terabytesEach", disks.terabytesEach())
                .put("raid", disks.raid().word())
                .put("groups", disks.groups())
                .put("dataDisks", disks.dataDisks())
                .put("volumes", disks.volumes())
                .put("usableTB", rounded(disks.usableTerabytes()));
        stated(document, "diskWrite", recorder.diskWriteMegabytesPerSecond())
                .put(
                        "megabytesPerSecond",
                        recorder.diskWriteMegabytesPerSecond().value());
        stated(document, "diskWorkload", recorder.diskWorkloadTerabytesPerYear())
                .put("terabytesPerYear", recorder.diskWorkloadTerabytesPerYear().value());
        Network network = recorder.network().value();
        stated(document, "network", recorder.network())
                .put("ports", network.ports())
                .put("gigabitsPerSecond", network.gigabitsPerSecond())
                .put("ingestPorts", network.ingestPorts());
        Processor processor = recorder.processor().value();
        stated(document, "processor", recorder.processor())
                .put("cores", processor.cores())
                .put("relativeSpeed", processor.relativeSpeed())
                .put("model", processor.model());
        stated(document, "ram", recorder.ramGigabytes())
                .put("gigabytes", recorder.ramGigabytes().value());
        RecorderLimits limits = RecorderLimits.of(recorder);
        ArrayNode array = document.putArray("limits");
        for (Limit limit : limits.limits()) {
            array.addObject()
                    .put("factor", limit.factor().word())
                    .put("available", rounded(limit.available()))
                    .put("unit", limit.factor().unit())
                    .put("how", limit.how());
        }
        return document.put("maxIngestMbps", rounded(limits.maxIngest().available()))
                .put("limitingFactor", limits.maxIngest().factor().word())
                .put("keptFor31DaysMbps", rounded(limits.ingestKeptFor(USUAL_DAYS)));
    }

    /** A document as indented lines for people: {@code key: value}. */
    static void print(Shell shell, JsonNode node, String indent) {
        node.properties().forEach(entry -> {
            JsonNode value = entry.getValue();
            if (entry.getKey().equals("schema")) {
                return;
            }
            if (value.isObject()) {
                shell.say(indent + entry.getKey());
                print(shell, value, indent + "  ");
            } else if (value.isArray() && !value.isEmpty() && value.get(0).isObject()) {
                shell.say(indent + entry.getKey());
                value.forEach(item -> {
                    shell.say(indent + "  -");
                    print(shell, item, indent + "    ");
                });
            } else {
                shell.say(indent + entry.getKey() + ": " + line(value));
            }
        });
    }

    private static String line(JsonNode value) {
        if (!value.isArray()) {
            return value.isNull() ? "not known" : value.asText();
        }
        StringBuilder line = new StringBuilder();
        value.forEach(item -> line.append(line.isEmpty() ? "" : ", ").append(item.asText()));
        return line.toString();
    }

    private static ObjectNode stated(ObjectNode document, String name, Stated<?> stated) {
        return source(document.putObject(name), stated);
    }

    private static ObjectNode source(ObjectNode node, Stated<?> stated) {
        return node.put("source", stated.source())
                .put("confidence", stated.confidence().word());
    }

    private static void texts(ObjectNode node, String name, List<String> texts) {
        ArrayNode array = node.putArray(name);
        texts.forEach(array::add);
    }

    /** Two decimals: more would claim what no sum of assumptions can know. */
    static double rounded(double value) {
        return Math.rint(value * 100) / 100;
    }
}
