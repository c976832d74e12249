// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.profiles;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Function;
import org.watchkeep.profiles.CameraProfile.Addresses;
import org.watchkeep.profiles.CameraProfile.Keepalive;
import org.watchkeep.profiles.CameraProfile.Ports;
import org.watchkeep.profiles.CameraProfile.Quirk;
import org.watchkeep.profiles.CameraProfile.Transports;
import org.watchkeep.profiles.RecorderProfile.DiskKind;
import org.watchkeep.profiles.RecorderProfile.Disks;
import org.watchkeep.profiles.RecorderProfile.Network;
import org.watchkeep.profiles.RecorderProfile.Processor;
import org.watchkeep.profiles.RecorderProfile.Raid;
import org.watchkeep.profiles.yaml.Faults;
import org.watchkeep.profiles.yaml.Section;
import org.watchkeep.profiles.yaml.YamlFaultException;
import org.watchkeep.profiles.yaml.YamlNode;
import org.watchkeep.profiles.yaml.YamlReader;

/**
 * Reads one profile. Unknown keys, statements without source or confidence, and impossible values are refused, all at
 * once, each with its line. Confined to one reading.
 */
final class ProfileReader {
    /** A profile is two screens long; anything larger is none. */
    static final int MAX_BYTES = 64 << 10;

    private static final int MAX_MODELS = 40;
    private static final int MAX_WORDS = 10;
    private static final int MAX_QUIRKS = 40;
    /** RFC 2326 12.37 speaks of seconds; no camera is known to keep a silent session for an hour. */
    private static final int MAX_SESSION_SECONDS = 3_600;

    private static final int MAX_PORT = 65_535;
    private static final int MAX_DISKS = 200;

    private static final Set<String> TRANSPORTS = Set.of("tcp", "udp", "multicast", "rtsps");
    private static final Set<String> CODECS = Set.of("h264", "h265", "mjpeg");
    private static final Set<String> AUTH = Set.of("none", "basic", "digest-md5", "digest-sha256");
    private static final Set<String> KEEPALIVES = Set.of("OPTIONS", "GET_PARAMETER", "SET_PARAMETER");

    private final String source;
    private final Faults faults = new Faults();

    private ProfileReader(String source) {
        this.source = source;
    }

    /**
     * @param source what messages call it: the file's name
     * @throws YamlFaultException when it is no camera profile
     */
    static CameraProfile camera(String source, byte[] bytes) throws YamlFaultException {
        return new ProfileReader(source).camera(root(source, bytes));
    }

    /** As {@link #camera}. */
    static RecorderProfile recorder(String source, byte[] bytes) throws YamlFaultException {
        return new ProfileReader(source).recorder(root(source, bytes));
    }

    private static YamlNode root(String source, byte[] bytes) throws YamlFaultException {
        if (bytes.length > MAX_BYTES) {
            Faults tooLarge = new Faults();
            tooLarge.add(0, "larger than " + MAX_BYTES + " bytes");
            tooLarge.throwIfAny(source);
        }
        return YamlReader.read(source, bytes, "a profile");
    }

    private CameraProfile camera(YamlNode root) throws YamlFaultException {
        Section top = Section.of(
                root,
                "",
                faults,
                "id",
                "vendor",
                "models",
                "note",
                "addresses",
                "transports",
                "keepalive",
                "session",
                "codecs",
                "auth",
                "ports",
                "quirks");
        CameraProfile profile = new CameraProfile(
                top.id("id"),
                top.text("vendor"),
                top.texts("models", MAX_MODELS),
                top.optionalText("note").orElse(""),
                top.has("addresses")
                        ? Optional.of(stated(top, "addresses", this::addresses, "main", "sub", "firstChannel"))
                        : Optional.empty(),
                stated(top, "transports", this::transports, "offered", "preferred"),
                stated(top, "keepalive", this::keepalive, "method", "seconds"),
                stated(top, "session", s -> s.number("timeoutSeconds", 1, MAX_SESSION_SECONDS), "timeoutSeconds"),
                stated(top, "codecs", s -> words(s, "offered", CODECS), "offered"),
                stated(top, "auth", s -> words(s, "offered", AUTH), "offered"),
                stated(top, "ports", this::ports, "rtsp", "rtsps", "onvif"),
                quirks(top));
        faults.throwIfAny(source);
        return profile;
    }

    private Addresses addresses(Section section) {
        UrlTemplate main = template(section, "main").orElse(new UrlTemplate("rtsp://{host}/"));
        if (!section.has("main")) {
            section.fault("main", "missing (expected: rtsp://{host}/…)");
        }
        int first = section.has("firstChannel") ? section.number("firstChannel", 0, 1) : 1;
        return new Addresses(main, template(section, "sub"), first);
    }

    private static Optional<UrlTemplate> template(Section section, String key) {
        return section.parsed(key, UrlTemplate::new);
    }

    private Transports transports(Section section) {
        List<String> offered = words(section, "offered", TRANSPORTS);
        String preferred = section.text("preferred");
        if (!preferred.equals("?") && !offered.contains(preferred)) {
            section.fault("preferred", Faults.quoted(preferred) + " (expected: one of those offered)");
        }
        return new Transports(offered, preferred);
    }

    private Keepalive keepalive(Section section) {
        return new Keepalive(word(section, "method", KEEPALIVES), section.number("seconds", 1, MAX_SESSION_SECONDS));
    }

    private Ports ports(Section section) {
        return new Ports(
                section.number("rtsp", 1, MAX_PORT), optionalPort(section, "rtsps"), optionalPort(section, "onvif"));
    }

    private static OptionalInt optionalPort(Section section, String key) {
        return section.has(key) ? OptionalInt.of(section.number(key, 1, MAX_PORT)) : OptionalInt.empty();
    }

    private List<Stated<Quirk>> quirks(Section top) {
        List<Stated<Quirk>> quirks = new ArrayList<>();
        Set<String> ids = new HashSet<>();
        for (YamlNode node : top.items("quirks", 0, MAX_QUIRKS)) {
            String name = "quirks[" + quirks.size() + "]";
            Section section = Section.of(node, name, faults, "id", "text", "source", "confidence");
            String id = section.id("id");
            if (!ids.add(id)) {
                section.fault("id", Faults.quoted(id) + " stands twice");
            }
            quirks.add(withSource(section, new Quirk(id, section.text("text"))));
        }
        return quirks;
    }

    private RecorderProfile recorder(YamlNode root) throws YamlFaultException {
        Section top = Section.of(
                root,
                "",
                faults,
                "id",
                "name",
                "note",
                "disks",
                "diskWrite",
                "diskWorkload",
                "network",
                "processor",
                "ram");
        RecorderProfile profile = new RecorderProfile(
                top.id("id"),
                top.text("name"),
                top.optionalText("note").orElse(""),
                stated(top, "disks", this::disks, "kind", "count", "terabytesEach", "raid", "groups", "usableFraction"),
                stated(top, "diskWrite", s -> decimal(s, "megabytesPerSecond", 1, 999), "megabytesPerSecond"),
                stated(top, "diskWorkload", s -> decimal(s, "terabytesPerYear", 1, 999), "terabytesPerYear"),
                stated(top, "network", this::network, "ports", "gigabitsPerSecond", "ingestPorts"),
                stated(top, "processor", this::processor, "cores", "relativeSpeed", "model"),
                stated(top, "ram", s -> s.number("gigabytes", 1, 4_096), "gigabytes"));
        faults.throwIfAny(source);
        return profile;
    }

    private Disks disks(Section section) {
        DiskKind kind = word(section, "kind", Set.of("hdd", "ssd")).equals("ssd") ? DiskKind.SSD : DiskKind.HDD;
        String raidWord = section.text("raid");
        Raid raid = Arrays.stream(Raid.values())
                .filter(r -> r.word().equals(raidWord))
                .findFirst()
                .orElse(Raid.NONE);
        if (!raidWord.equals("?") && !raid.word().equals(raidWord)) {
            section.fault("raid", Faults.quoted(raidWord) + " (expected: none, raid1, raid5, raid6 or raid10)");
        }
        int count = section.number("count", 1, MAX_DISKS);
        int groups = section.has("groups") ? section.number("groups", 1, MAX_DISKS) : 1;
        double fraction = section.has("usableFraction") ? decimal(section, "usableFraction", 0.1, 1) : 1;
        Disks disks = new Disks(kind, count, decimal(section, "terabytesEach", 0.1, 999), raid, groups, fraction);
        if (count % groups != 0 || disks.dataDisks() < groups) {
            section.fault("groups", groups + " (expected: equal arrays with a disk's worth of data each)");
        }
        return disks;
    }

    private Network network(Section section) {
        int ports = section.number("ports", 1, 64);
        return new Network(
                ports, decimal(section, "gigabitsPerSecond", 0.1, 400), section.number("ingestPorts", 1, ports));
    }

    private Processor processor(Section section) {
        return new Processor(
                section.number("cores", 1, 1_024), decimal(section, "relativeSpeed", 0.01, 10), section.text("model"));
    }

    private double decimal(Section section, String key, double least, double most) {
        if (!section.has(key)) {
            faults.add(section.line(), section.name(key) + ": missing (expected: " + least + " to " + most + ")");
        }
        return section.decimal(key, least, most).orElse(least);
    }

    private String word(Section section, String key, Set<String> known) {
        String word = section.text(key);
        if (!word.equals("?") && !known.contains(word)) {
            section.fault(key, Faults.quoted(word) + " (expected: " + list(known) + ")");
        }
        return word;
    }

    private List<String> words(Section section, String key, Set<String> known) {
        List<String> words = section.texts(key, MAX_WORDS);
        if (words.isEmpty() && !section.has(key)) {
            faults.add(section.line(), section.name(key) + ": missing (expected: some of " + list(known) + ")");
        }
        for (String word : words) {
            if (!known.contains(word)) {
                section.fault(key, Faults.quoted(word) + " (expected: " + list(known) + ")");
            }
        }
        return words;
    }

    private static String list(Set<String> words) {
        return String.join(", ", words.stream().sorted().toList());
    }

    /** A section that must be there, with who says so. */
    private <T> Stated<T> stated(Section top, String key, Function<Section, T> read, String... keys) {
        String[] known = Arrays.copyOf(keys, keys.length + 2);
        known[keys.length] = "source";
        known[keys.length + 1] = "confidence";
        Section section = top.section(key, known);
        return withSource(section, read.apply(section));
    }

    private <T> Stated<T> withSource(Section section, T value) {
        String said = section.text("source");
        String word = word(section, "confidence", Set.of("high", "medium", "low"));
        Confidence confidence = Arrays.stream(Confidence.values())
                .filter(c -> c.word().equals(word.toLowerCase(Locale.ROOT)))
                .findFirst()
                .orElse(Confidence.LOW);
        return new Stated<>(value, said, confidence);
    }
}
