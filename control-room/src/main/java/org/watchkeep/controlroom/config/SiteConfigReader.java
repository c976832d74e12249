// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.controlroom.config;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.watchkeep.controlroom.config.SiteConfig.Camera;
import org.watchkeep.controlroom.config.SiteConfig.CertificateFiles;
import org.watchkeep.controlroom.config.SiteConfig.Keys;
import org.watchkeep.controlroom.config.SiteConfig.Push;
import org.watchkeep.controlroom.config.SiteConfig.RetentionClass;
import org.watchkeep.controlroom.config.SiteConfig.Scheme;
import org.watchkeep.controlroom.config.SiteConfig.Volume;
import org.watchkeep.controlroom.config.SiteConfig.Witness;
import org.watchkeep.profiles.Profiles;
import org.watchkeep.profiles.yaml.Faults;
import org.watchkeep.profiles.yaml.Section;
import org.watchkeep.profiles.yaml.YamlFaultException;
import org.watchkeep.profiles.yaml.YamlNode;
import org.watchkeep.profiles.yaml.YamlReader;
import org.watchkeep.recorder.ingest.ConnectLimits;
import org.watchkeep.recorder.rtsp.UdpPortRange;
import org.watchkeep.retention.audit.VerifierKey;
import org.watchkeep.retention.policy.RetentionRule;
import org.watchkeep.retention.store.EvidenceVault;
import org.watchkeep.retention.store.Scrubber;

/**
 * Reads {@code site.yaml}. Unknown keys, anything twice and impossible values are refused, all faults at once, each with
 * its line. Relative paths are relative to the file's folder. Confined to one reading.
 */
public final class SiteConfigReader {
    /** 4,000 cameras with every key written out take about 2 MB. */
    public static final int MAX_FILE_BYTES = 4 << 20;
    /** Twice what one recorder has been measured to carry. */
    public static final int MAX_CAMERAS = 4_000;

    private static final int MAX_VOLUMES = 64;
    private static final int MAX_CLASSES = 32;
    private static final int MAX_SCHEMES = 100;
    private static final int MAX_LIST = 20;
    /** Four reels of the smallest size: the head, one cleared ahead of it, and something to keep. */
    private static final long MIN_VOLUME_BYTES = 4L * (64 << 20);

    /** Slower, a segment of a minute would be under way for hours. */
    private static final long MIN_SCRUB = 10_000;

    /** Faster than any one volume reads; one thread does it. */
    private static final long MAX_SCRUB = 10_000_000_000L;

    private final Path file;
    private final Path folder;
    private final Faults faults = new Faults();
    private final Profiles profiles = Profiles.builtIn();

    private SiteConfigReader(Path file) {
        this.file = file;
        this.folder = Optional.ofNullable(file.toAbsolutePath().getParent()).orElse(file.toAbsolutePath());
    }

    /**
     * @throws NoSuchFileException when there is none
     * @throws ConfigException when it is not a site
     */
    public static SiteConfig read(Path file) throws IOException, ConfigException {
        byte[] bytes;
        try (InputStream in = Files.newInputStream(file)) {
            bytes = in.readNBytes(MAX_FILE_BYTES + 1);
        }
        return read(file, bytes);
    }

    static SiteConfig read(Path file, byte[] bytes) throws ConfigException {
        if (bytes.length > MAX_FILE_BYTES) {
            throw new ConfigException(file, 0, "larger than " + MAX_FILE_BYTES + " bytes");
        }
        try {
            YamlNode root = YamlReader.read(file.toString(), bytes, "a site; see `watchkeep config example`");
            return new SiteConfigReader(file).site(root);
        } catch (YamlFaultException e) {
            throw new ConfigException(file, e);
        }
    }

    private SiteConfig site(YamlNode root) throws YamlFaultException {
        Section top = Section.of(
                root,
                "",
                faults,
                "site",
                "volumes",
                "keys",
                "classes",
                "schemes",
                "cameras",
                "push",
                "network",
                "connects",
                "witnesses",
                "scrub",
                "vault");
        Section site = top.section("site", "name", "timeZone");
        String name = site.text("name");
        ZoneId zone = site.parsed("timeZone", SiteConfigReader::zone).orElse(ZoneId.of("Europe/London"));
        List<Volume> volumes = volumes(top);
        Keys keys = keys(top.section("keys", "keystore", "passphraseFile", "homes"));
        List<RetentionClass> classes = classes(top);
        List<Scheme> schemes = schemes(top);
        List<Camera> cameras = cameras(top, classes, schemes);
        Optional<Push> push =
                top.optionalSection("push", "listen", "certificate", "key").flatMap(this::push);
        UdpPortRange udpPorts = top.optionalSection("network", "udpPorts")
                .flatMap(section -> section.parsed("udpPorts", UdpPortRange::parse))
                .orElse(UdpPortRange.ANY);
        ConnectLimits connects = top.optionalSection("connects", "together", "perDevice")
                .map(SiteConfigReader::connects)
                .orElse(ConnectLimits.DEFAULT);
        List<Witness> witnesses = witnesses(top);
        long scrub = top.optionalSection("scrub", "perSecond")
                .map(SiteConfigReader::scrub)
                .orElse(Scrubber.Settings.USUAL.bytesASecond());
        Optional<Volume> vault = top.optionalSection("vault", "path", "size").map(section -> vault(section, volumes));
        checkPush(top, cameras, push);
        faults.throwIfAny(file.toString());
        return new SiteConfig(
                file.toAbsolutePath(),
                name,
                zone,
                volumes,
                keys,
                classes,
                schemes,
                cameras,
                push,
                udpPorts,
                connects,
                witnesses,
                scrub,
                vault);
    }

    private List<Witness> witnesses(Section top) {
        List<Witness> witnesses = new ArrayList<>();
        Map<String, Integer> keys = new HashMap<>();
        for (YamlNode node : top.items("witnesses", 0, MAX_LIST)) {
            Section section = Section.of(node, "witnesses[" + witnesses.size() + "]", faults, "url", "key");
            Optional<URI> url = section.parsed("url", SiteConfigReader::witnessUrl);
            Optional<VerifierKey> key = section.parsed("key", SiteConfigReader::witnessKey);
            for (String wanted : List.of("url", "key")) {
                if (!section.has(wanted)) {
                    section.fault(wanted, "missing (expected: url and key of the witness)");
                }
            }
            key.ifPresent(known -> unique(section, "key", known.toString(), keys));
            if (url.isPresent() && key.isPresent()) {
                witnesses.add(new Witness(url.get(), key.get()));
            }
        }
        return witnesses;
    }

    private static URI witnessUrl(String text) {
        URI url = URI.create(text.endsWith("/") ? text.substring(0, text.length() - 1) : text);
        boolean isPlain = url.getHost() != null
                && url.getUserInfo() == null
                && url.getQuery() == null
                && url.getFragment() == null
                && ("https".equals(url.getScheme()) || "http".equals(url.getScheme()));
        if (!isPlain) {
            throw new IllegalArgumentException(
                    Faults.quoted(text) + " (expected: http:// or https://, a host and a path)");
        }
        return url;
    }

    private static VerifierKey witnessKey(String text) {
        VerifierKey key = VerifierKey.parse(text);
        if (key.type() != VerifierKey.COSIGNATURE) {
            throw new IllegalArgumentException(
                    Faults.quoted(text) + ": a key of type " + key.type() + " (expected: 4, a cosignature's)");
        }
        return key;
    }

    private static long scrub(Section section) {
        long perSecond = section.parsed("perSecond", SizeText::parse).orElse(Scrubber.Settings.USUAL.bytesASecond());
        if (perSecond < MIN_SCRUB || perSecond > MAX_SCRUB) {
            section.fault("perSecond", perSecond + " bytes (expected: " + MIN_SCRUB + " to " + MAX_SCRUB + ")");
        }
        return perSecond;
    }

    private Optional<Push> push(Section section) {
        Optional<InetSocketAddress> listen = section.parsed("listen", ListenAddress::parse);
        for (String key : List.of("certificate", "key")) {
            if (!section.has(key) && (section.has("certificate") || section.has("key"))) {
                section.fault(key, "missing (expected: certificate and key together, two files in PEM)");
            }
        }
        Optional<CertificateFiles> files = section.has("certificate") && section.has("key")
                ? Optional.of(new CertificateFiles(path(section, "certificate"), path(section, "key")))
                : Optional.empty();
        return listen.map(address -> new Push(address, files));
    }

    private static ConnectLimits connects(Section section) {
        return new ConnectLimits(
                section.has("together") ? section.number("together", 1, MAX_CAMERAS) : ConnectLimits.DEFAULT_TOGETHER,
                section.has("perDevice")
                        ? section.number("perDevice", 1, MAX_CAMERAS)
                        : ConnectLimits.DEFAULT_PER_DEVICE);
    }

    /** A camera that pushes needs somewhere to push to, and a login: nobody else may write into its footage. */
    private static void checkPush(Section top, List<Camera> cameras, Optional<Push> push) {
        for (Camera camera : cameras) {
            if (!"push".equals(camera.url().getScheme())) {
                continue;
            }
            if (push.isEmpty()) {
                top.fault("push", "missing (expected: push: {listen: address:port}, for camera " + camera.id() + ")");
            }
            if (camera.credentials().isEmpty()) {
                top.fault(
                        "cameras",
                        "camera " + camera.id() + " pushes without credentials (expected: user, passwordFile)");
            }
        }
    }

    private static ZoneId zone(String text) {
        try {
            return ZoneId.of(text);
        } catch (DateTimeException e) {
            throw new IllegalArgumentException(
                    Faults.quoted(text) + " (expected: a time zone such as Europe/London)", e);
        }
    }

    private List<Volume> volumes(Section top) {
        List<Volume> volumes = new ArrayList<>();
        Map<String, Integer> ids = new HashMap<>();
        Map<String, Integer> paths = new HashMap<>();
        for (YamlNode node : top.items("volumes", 1, MAX_VOLUMES)) {
            Section section = Section.of(node, "volumes[" + volumes.size() + "]", faults, "id", "path", "size");
            String id = section.id("id");
            unique(section, "id", id, ids);
            Path path = path(section, "path");
            unique(section, "path", path.toString(), paths);
            volumes.add(new Volume(id, path, size(section)));
        }
        return volumes;
    }

    private static long size(Section section) {
        if (!section.has("size")) {
            section.fault("size", "missing (expected: " + SizeText.EXPECTED + ")");
        }
        long size = section.parsed("size", SizeText::parse).orElse(MIN_VOLUME_BYTES);
        if (size < MIN_VOLUME_BYTES) {
            section.fault("size", size + " bytes (expected: at least " + MIN_VOLUME_BYTES + ", four reels)");
        }
        return size;
    }

    /** Its folder is no ring's, and no ring has its name: references to footage would be taken for one another. */
    private Volume vault(Section section, List<Volume> volumes) {
        Volume vault = new Volume(EvidenceVault.ID, path(section, "path"), size(section));
        for (Volume volume : volumes) {
            if (volume.path().equals(vault.path()) || volume.id().equals(EvidenceVault.ID)) {
                section.fault(
                        "path",
                        vault.path() + " beside volume " + volume.id() + " in " + volume.path()
                                + " (expected: a folder of its own, best on another disk, and no volume named "
                                + EvidenceVault.ID + ")");
            }
        }
        return vault;
    }

    private Keys keys(Section section) {
        Path keystore = path(section, "keystore");
        Path passphrase = path(section, "passphraseFile");
        List<Path> homes = new ArrayList<>();
        for (YamlNode node : section.items("homes", 2, 2)) {
            if (node instanceof YamlNode.Scalar scalar && !scalar.text().isBlank()) {
                homes.add(path(node.line(), section.name("homes"), scalar.text()));
            } else {
                faults.unexpected(node, section.name("homes"), "a folder");
            }
        }
        if (homes.size() == 2 && homes.get(0).equals(homes.get(1))) {
            section.fault("homes", homes.get(0) + " twice (expected: two folders, best on different devices)");
        }
        return new Keys(keystore, passphrase, homes);
    }

    private List<RetentionClass> classes(Section top) {
        List<RetentionClass> classes = new ArrayList<>();
        Map<String, Integer> ids = new HashMap<>();
        for (YamlNode node : top.items("classes", 1, MAX_CLASSES)) {
            Section section =
                    Section.of(node, "classes[" + classes.size() + "]", faults, "id", "days", "limitDays", "reason");
            String id = section.id("id");
            unique(section, "id", id, ids);
            int limit = section.has("limitDays")
                    ? section.number("limitDays", 1, RetentionRule.MOST_DAYS)
                    : RetentionRule.ORDINARY_LIMIT_DAYS;
            int days = days(section, limit);
            String reason = section.optionalText("reason").orElse("");
            if (!section.has("reason")) {
                section.fault(
                        "reason",
                        section.has("limitDays")
                                ? "missing (expected: why this class has another limit than ordinary CCTV)"
                                : "missing (expected: in a sentence, why footage of class " + id + " is kept for "
                                        + days + " days and no fewer)");
            }
            classes.add(new RetentionClass(id, days, reason));
        }
        return classes;
    }

    /** More than the limit is told apart from what is no number of days at all. */
    private static int days(Section section, int limit) {
        String expected = "a whole number from 1 to " + limit;
        if (!section.has("days")) {
            section.fault("days", "missing (expected: " + expected + ")");
        }
        return section.parsed("days", text -> {
                    boolean isNumber = text.matches("-?[0-9]{1,9}");
                    int days = isNumber ? Integer.parseInt(text) : 0;
                    if (days > limit) {
                        throw new IllegalArgumentException(days + ", above the legal limit of the class (expected: "
                                + expected + "; " + RetentionRule.ORDINARY_LIMIT_DAYS
                                + " for ordinary CCTV, another class names its limitDays)");
                    }
                    if (days < 1) {
                        throw new IllegalArgumentException(Faults.quoted(text) + " (expected: " + expected + ")");
                    }
                    return days;
                })
                .orElse(1);
    }

    private List<Scheme> schemes(Section top) {
        List<Scheme> schemes = new ArrayList<>();
        Map<String, Integer> ids = new HashMap<>();
        for (YamlNode node : top.items("schemes", 0, MAX_SCHEMES)) {
            Section section = Section.of(node, "schemes[" + schemes.size() + "]", faults, "id", "name", "purposes");
            String id = section.id("id");
            unique(section, "id", id, ids);
            schemes.add(new Scheme(id, section.text("name"), section.texts("purposes", MAX_LIST)));
        }
        return schemes;
    }

    private List<Camera> cameras(Section top, List<RetentionClass> classes, List<Scheme> schemes) {
        List<Camera> cameras = new ArrayList<>();
        Map<String, Integer> ids = new HashMap<>();
        Map<String, Integer> numbers = new HashMap<>();
        CameraReader reader = new CameraReader(classes, schemes, profiles, this::path);
        for (YamlNode node : top.items("cameras", 0, MAX_CAMERAS)) {
            Section section = Section.of(
                    node, "cameras[" + cameras.size() + "]", faults, CameraReader.KEYS.toArray(String[]::new));
            Camera camera = reader.read(section);
            unique(section, "id", camera.id(), ids);
            unique(section, "number", Integer.toString(camera.number()), numbers);
            cameras.add(camera);
        }
        return cameras;
    }

    private Path path(Section section, String key) {
        String text = section.text(key);
        return text.equals("?") ? folder : path(section.line(key), section.name(key), text);
    }

    private Path path(int line, String name, String text) {
        try {
            return folder.resolve(text).normalize();
        } catch (InvalidPathException e) {
            faults.add(line, name + ": " + Faults.quoted(text) + " (expected: a path)");
            return folder;
        }
    }

    private static void unique(Section section, String key, String value, Map<String, Integer> lineOf) {
        if (!section.has(key)) {
            return;
        }
        Integer before = lineOf.putIfAbsent(value, section.line(key));
        if (before != null) {
            section.fault(key, Faults.quoted(value) + " stands twice (first in line " + before + ")");
        }
    }
}
