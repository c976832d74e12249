// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.bench.workload;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.watchkeep.bench.fleet.CameraGroup;
import org.watchkeep.bench.fleet.CameraGroup.Wire;
import org.watchkeep.bench.fleet.PictureKind;
import org.watchkeep.bench.fleet.StreamPattern;
import org.watchkeep.bench.fleet.StreamPattern.Rush;
import org.watchkeep.bench.report.Amounts;
import org.watchkeep.profiles.yaml.Faults;
import org.watchkeep.profiles.yaml.Section;
import org.watchkeep.profiles.yaml.YamlFaultException;
import org.watchkeep.profiles.yaml.YamlNode;
import org.watchkeep.profiles.yaml.YamlReader;
import org.watchkeep.recorder.rtsp.MediaTransport;

/**
 * Reads one workload. Unknown keys and impossible values are refused, all at once, each with its line. Confined to one
 * reading.
 */
final class WorkloadReader {
    /** A workload is a screen long; anything larger is none. */
    static final int MAX_BYTES = 64 << 10;

    private static final int MAX_GROUPS = 32;
    private static final int MAX_LEFT_OUT = 10;

    /** Longer than any switch takes to start. */
    private static final int MAX_AWAY_SECONDS = 15;

    /** A stand-in for what could not be read; nothing made of it leaves the reader. */
    private static final StreamPattern NO_PATTERN = new StreamPattern(1_000_000, 25, 50);

    private final Faults faults = new Faults();

    private WorkloadReader() {}

    /**
     * @param source what messages call it: the file's name
     * @throws YamlFaultException when it is no workload
     */
    static Workload read(String source, byte[] bytes) throws YamlFaultException {
        WorkloadReader reader = new WorkloadReader();
        if (bytes.length > MAX_BYTES) {
            reader.faults.add(0, "larger than " + MAX_BYTES + " bytes");
            reader.faults.throwIfAny(source);
        }
        YamlNode root = YamlReader.read(source, bytes, "a workload");
        return reader.workload(source, root);
    }

    private Workload workload(String source, YamlNode root) throws YamlFaultException {
        Section section = Section.of(root, "", faults, "id", "about", "groups", "awaySeconds", "leftOut", "refused");
        String id = section.id("id");
        String about = section.text("about");
        Optional<String> refused = section.optionalText("refused");
        if (refused.isPresent() == section.has("groups")) {
            section.fault("groups", "either groups, or why it is refused");
        }
        List<CameraGroup> groups = new ArrayList<>();
        for (YamlNode node : section.items("groups", 0, MAX_GROUPS)) {
            group(node, "groups[" + (groups.size() + 1) + "]").ifPresent(groups::add);
        }
        if (section.has("groups") && groups.isEmpty()) {
            section.fault("groups", "none that can be used (expected: at least 1)");
        }
        int away = section.has("awaySeconds") ? section.number("awaySeconds", 1, MAX_AWAY_SECONDS) : 0;
        List<String> leftOut = section.texts("leftOut", MAX_LEFT_OUT);
        int cameras = groups.stream().mapToInt(CameraGroup::cameras).sum();
        if (cameras > CameraGroup.MOST_CAMERAS) {
            section.fault("groups", cameras + " cameras (expected: at most " + CameraGroup.MOST_CAMERAS + ")");
        }
        faults.throwIfAny(source);
        return new Workload(id, about, groups, away, leftOut, refused);
    }

    /** Empty where something in it is wrong, which has been noted. */
    private Optional<CameraGroup> group(YamlNode node, String where) {
        Section section =
                Section.of(node, where, faults, "cameras", "codec", "main", "sub", "transport", "login", "wire");
        int cameras = section.number("cameras", 1, CameraGroup.MOST_CAMERAS);
        Optional<PictureKind> kind = needed(section, "codec", section.parsed("codec", PictureKind::of));
        MediaTransport transport =
                section.parsed("transport", WorkloadReader::transport).orElse(MediaTransport.TCP);
        List<StreamPattern> streams = new ArrayList<>();
        streams.add(pattern(section, "main"));
        if (section.has("sub")) {
            streams.add(pattern(section, "sub"));
        }
        boolean login = section.flag("login", false);
        Wire wire = section.optionalSection("wire", "lost", "duplicated", "reordered", "jitterMillis")
                .map(WorkloadReader::wire)
                .orElse(Wire.GOOD);
        try {
            return kind.map(k -> new CameraGroup(cameras, k, streams, transport, login, wire));
        } catch (IllegalArgumentException e) {
            faults.add(section.line(), where + ": " + e.getMessage());
            return Optional.empty();
        }
    }

    private static <T> Optional<T> needed(Section section, String key, Optional<T> value) {
        if (!section.has(key)) {
            section.fault(key, "missing");
        }
        return value;
    }

    private static MediaTransport transport(String text) {
        for (MediaTransport transport : MediaTransport.values()) {
            if (transport.label().equals(text)) {
                return transport;
            }
        }
        throw new IllegalArgumentException(text + " (expected: tcp, udp or rtsps)");
    }

    private StreamPattern pattern(Section of, String key) {
        Section section = of.section(key, "bitrate", "fps", "gop", "rush");
        if (!of.has(key)) {
            return NO_PATTERN;
        }
        long bits = bits(section);
        int fps = section.number("fps", 1, 120);
        int gop = section.number("gop", 1, 100_000);
        Optional<Rush> rush = section.optionalSection("rush", "bitrate", "fps", "afterSeconds", "seconds")
                .flatMap(this::rush);
        try {
            return new StreamPattern(bits, fps, gop, rush.orElse(Rush.NEVER));
        } catch (IllegalArgumentException e) {
            faults.add(section.line(), of.name(key) + ": " + e.getMessage());
            return NO_PATTERN;
        }
    }

    private Optional<Rush> rush(Section section) {
        long bits = bits(section);
        int fps = section.number("fps", 1, 120);
        int after = section.number("afterSeconds", 1, 86_400);
        int seconds = section.number("seconds", 1, 86_400);
        try {
            return Optional.of(new Rush(bits, fps, after, seconds));
        } catch (IllegalArgumentException e) {
            faults.add(section.line(), String.format(Locale.ROOT, "%s: %s", section.name("bitrate"), e.getMessage()));
            return Optional.empty();
        }
    }

    private static long bits(Section section) {
        return needed(section, "bitrate", section.parsed("bitrate", Amounts::bits))
                .orElse(NO_PATTERN.bitsPerSecond());
    }

    private static Wire wire(Section section) {
        return new Wire(
                section.decimal("lost", 0, 0.5).orElse(0),
                section.decimal("duplicated", 0, 0.5).orElse(0),
                section.decimal("reordered", 0, 0.5).orElse(0),
                section.has("jitterMillis") ? section.number("jitterMillis", 0, 1_000) : 0);
    }
}
