// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.controlroom.config;

import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.watchkeep.controlroom.config.SiteConfig.Camera;
import org.watchkeep.controlroom.config.SiteConfig.Credentials;
import org.watchkeep.controlroom.config.SiteConfig.Place;
import org.watchkeep.controlroom.config.SiteConfig.RetentionClass;
import org.watchkeep.controlroom.config.SiteConfig.Scheme;
import org.watchkeep.profiles.CameraProfile;
import org.watchkeep.profiles.CameraProfile.Addresses;
import org.watchkeep.profiles.Profiles;
import org.watchkeep.profiles.UrlTemplate;
import org.watchkeep.profiles.yaml.Faults;
import org.watchkeep.profiles.yaml.Section;
import org.watchkeep.profiles.yaml.YamlNode;
import org.watchkeep.recorder.rtsp.CameraHabits;
import org.watchkeep.recorder.rtsp.LoginPreference;
import org.watchkeep.recorder.rtsp.TlsTrust;
import org.watchkeep.recorder.rtsp.TransportChoice;

/**
 * Reads one camera of {@code site.yaml}. Its addresses are given, or made by the profile of its family from host and
 * channel. Confined to one reading.
 */
final class CameraReader {
    static final List<String> KEYS = List.of(
            "id",
            "number",
            "name",
            "place",
            "scheme",
            "class",
            "url",
            "profile",
            "host",
            "port",
            "channel",
            "credentials",
            "transport",
            "tls",
            "streams",
            "enabled");

    private static final int MAX_LIST = 20;
    private static final int MAX_CAMERA_NUMBER = 999_999;
    private static final int MAX_PORT = 65_535;
    /** Encoders and recorders have up to 256. */
    private static final int MAX_CHANNEL = 999;
    /** Stands where an address is missing, so that reading goes on; never leaves the reader. */
    private static final URI MISSING = URI.create("rtsp://missing");

    private static final String URL_EXPECTED = "rtsp://host/path or rtsps://host/path, or profile and host";

    private final List<RetentionClass> classes;
    private final List<Scheme> schemes;
    private final Profiles profiles;
    private final BiFunction<Section, String, Path> path;

    /** @param path reads a key of a section as a path, and notes a fault where it is none */
    CameraReader(
            List<RetentionClass> classes,
            List<Scheme> schemes,
            Profiles profiles,
            BiFunction<Section, String, Path> path) {
        this.classes = classes;
        this.schemes = schemes;
        this.profiles = profiles;
        this.path = path;
    }

    Camera read(Section section) {
        String id = section.id("id");
        int number = section.number("number", 1, MAX_CAMERA_NUMBER);
        Optional<String> scheme = section.optionalText("scheme");
        if (scheme.isPresent() && schemes.stream().noneMatch(s -> s.id().equals(scheme.get()))) {
            section.fault("scheme", Faults.quoted(scheme.get()) + " (expected: the id of one of schemes)");
        }
        Optional<Credentials> credentials = section.optionalSection("credentials", "user", "passwordFile", "login")
                .map(this::credentials);
        Optional<URI> url = section.parsed("url", CameraAddress::parse);
        Optional<Family> family = family(section, url, credentials.map(Credentials::user));
        URI main = section.has("url") ? url.orElse(MISSING) : main(section, family);
        Optional<URI> sub = streams(section, family);
        TransportChoice transport = transport(section);
        boolean isTls = isTls(main) || sub.filter(CameraReader::isTls).isPresent();
        if (isTls && transport == TransportChoice.UDP) {
            section.fault("transport", "udp for rtsps:// (expected: auto or tcp; UDP beside TLS would be in clear)");
        }
        return new Camera(
                id,
                number,
                section.text("name"),
                section.optionalSection("place", "street", "area", "lat", "lon", "aliases")
                        .map(CameraReader::place),
                scheme,
                classOf(section),
                main,
                sub,
                credentials,
                transport,
                tls(section, isTls),
                family.map(of -> habits(of.profile())).orElse(CameraHabits.UNKNOWN),
                section.flag("enabled", true));
    }

    /** A profile with what fills its addresses. */
    private record Family(
            CameraProfile profile,
            Optional<String> host,
            OptionalInt port,
            OptionalInt channel,
            Optional<String> user) {
        URI address(UrlTemplate template) {
            return CameraAddress.parse(profile.address(template, host.orElseThrow(), port, channel, user));
        }

        Optional<Addresses> addresses() {
            return profile.addresses().map(stated -> stated.value());
        }
    }

    private static CameraHabits habits(CameraProfile profile) {
        CameraProfile.Keepalive keepalive = profile.keepalive().value();
        return new CameraHabits(
                profile.transports().value().preferred().equals("udp"),
                Optional.of(keepalive.method()),
                OptionalInt.of(keepalive.intervalSeconds()));
    }

    private Optional<Family> family(Section section, Optional<URI> url, Optional<String> user) {
        Optional<String> id = section.optionalText("profile");
        for (String key : List.of("host", "port", "channel")) {
            if (section.has(key) && id.isEmpty()) {
                section.fault(key, "without a profile (expected: profile, or the whole address as url)");
            }
        }
        for (String key : List.of("host", "port")) {
            if (section.has(key) && section.has("url")) {
                section.fault(key, "beside url, which says it (expected: one of them)");
            }
        }
        if (id.isEmpty()) {
            return Optional.empty();
        }
        Optional<CameraProfile> profile = profiles.camera(id.get());
        if (profile.isEmpty()) {
            section.fault("profile", Faults.quoted(id.get()) + " (expected: one of `watchkeep profile ls`)");
            return Optional.empty();
        }
        return Optional.of(new Family(
                profile.get(),
                host(section, url),
                port(section, url),
                optionalNumber(section, "channel", 0, MAX_CHANNEL),
                user));
    }

    private static Optional<String> host(Section section, Optional<URI> url) {
        Optional<String> host = url.map(URI::getHost).or(() -> section.optionalText("host"));
        return host.map(
                name -> name.startsWith("[") && name.endsWith("]") ? name.substring(1, name.length() - 1) : name);
    }

    private static OptionalInt port(Section section, Optional<URI> url) {
        if (url.isPresent()) {
            return url.get().getPort() < 0
                    ? OptionalInt.empty()
                    : OptionalInt.of(url.get().getPort());
        }
        return optionalNumber(section, "port", 1, MAX_PORT);
    }

    private static OptionalInt optionalNumber(Section section, String key, int least, int most) {
        return section.has(key) ? OptionalInt.of(section.number(key, least, most)) : OptionalInt.empty();
    }

    private static URI main(Section section, Optional<Family> family) {
        if (family.isEmpty()) {
            if (!section.has("profile")) {
                section.fault("url", "missing (expected: " + URL_EXPECTED + ")");
            }
            return MISSING;
        }
        return fromProfile(section, "url", family.get(), addresses -> Optional.of(addresses.main()))
                .orElse(MISSING);
    }

    /** The address of the sub stream; empty where it is not recorded. */
    private static Optional<URI> streams(Section section, Optional<Family> family) {
        Optional<Section> streams = section.optionalSection("streams", "main", "sub");
        if (streams.isEmpty()) {
            return Optional.empty();
        }
        Section of = streams.get();
        if (!of.flag("main", true)) {
            of.fault("main", "false (expected: true; a camera that is not to be recorded has enabled: false)");
        }
        Optional<YamlNode> sub = of.find("sub");
        String text = sub.isPresent() && sub.get() instanceof YamlNode.Scalar scalar ? scalar.text() : "?";
        if (sub.isEmpty() || text.equals("false")) {
            return Optional.empty();
        }
        if (!text.equals("true")) {
            return of.parsed("sub", CameraAddress::parse);
        }
        if (family.isEmpty()) {
            if (!section.has("profile")) {
                of.fault("sub", "true without a profile (expected: its address, or profile and host)");
            }
            return Optional.empty();
        }
        return fromProfile(of, "sub", family.get(), Addresses::sub);
    }

    private static Optional<URI> fromProfile(
            Section section, String key, Family family, Function<Addresses, Optional<UrlTemplate>> which) {
        Optional<UrlTemplate> template = family.addresses().flatMap(which);
        if (template.isEmpty()) {
            section.fault(
                    key, "profile " + family.profile().id() + " knows no such address (expected: the address itself)");
            return Optional.empty();
        }
        if (family.host().isEmpty()) {
            section.fault(key, "profile without host (expected: " + URL_EXPECTED + ")");
            return Optional.empty();
        }
        try {
            return Optional.of(family.address(template.get()));
        } catch (IllegalArgumentException e) {
            section.fault(key, String.valueOf(e.getMessage()));
            return Optional.empty();
        }
    }

    private static boolean isTls(URI address) {
        return "rtsps".equalsIgnoreCase(address.getScheme());
    }

    private static TransportChoice transport(Section section) {
        return section.parsed("transport", text -> switch (text) {
                    case "auto" -> TransportChoice.AUTO;
                    case "tcp" -> TransportChoice.TCP;
                    case "udp" -> TransportChoice.UDP;
                    default ->
                        throw new IllegalArgumentException(Faults.quoted(text) + " (expected: auto, tcp or udp)");
                })
                .orElse(TransportChoice.AUTO);
    }

    private TlsTrust tls(Section section, boolean isTls) {
        Optional<Section> tls = section.optionalSection("tls", "pin", "caFile", "oldVersions");
        if (tls.isEmpty()) {
            return TlsTrust.SYSTEM;
        }
        Section of = tls.get();
        if (!isTls) {
            section.fault("tls", "for an address without TLS (expected: rtsps://)");
        }
        if (of.has("pin") && of.has("caFile")) {
            of.fault("pin", "beside caFile (expected: one of them)");
        }
        TlsTrust trust = of.has("caFile")
                ? TlsTrust.signedBy(path.apply(of, "caFile"))
                : of.parsed("pin", TlsTrust::pinned).orElse(TlsTrust.SYSTEM);
        return of.flag("oldVersions", false) ? trust.withOldTls() : trust;
    }

    private static Place place(Section section) {
        OptionalDouble latitude = section.decimal("lat", -90, 90);
        OptionalDouble longitude = section.decimal("lon", -180, 180);
        if (section.has("lat") != section.has("lon")) {
            section.fault(section.has("lat") ? "lon" : "lat", "missing (expected: lat and lon together)");
        }
        return new Place(
                section.optionalText("street"),
                section.optionalText("area"),
                latitude,
                longitude,
                section.texts("aliases", MAX_LIST));
    }

    /** With one class there is nothing to choose; with several a camera says which. */
    private String classOf(Section section) {
        if (!section.has("class") && classes.size() == 1) {
            return classes.get(0).id();
        }
        String id = section.text("class");
        if (!id.equals("?") && classes.stream().noneMatch(c -> c.id().equals(id))) {
            section.fault("class", Faults.quoted(id) + " (expected: the id of one of classes)");
        }
        return id;
    }

    private Credentials credentials(Section section) {
        String user = section.text("user");
        // RFC 7617 2: a user name with a colon cannot be told from its password.
        if (user.contains(":")) {
            section.fault("user", "a colon in it (expected: none)");
        }
        return new Credentials(user, path.apply(section, "passwordFile"), login(section));
    }

    private static LoginPreference login(Section section) {
        return section.parsed("login", text -> switch (text) {
                    case "digest" -> LoginPreference.DIGEST;
                    case "any" -> LoginPreference.ANY;
                    case "basic" -> LoginPreference.BASIC;
                    default ->
                        throw new IllegalArgumentException(Faults.quoted(text) + " (expected: digest, any or basic)");
                })
                .orElse(LoginPreference.DIGEST);
    }
}
