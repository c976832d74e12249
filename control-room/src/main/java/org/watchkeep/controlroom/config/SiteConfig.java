// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.controlroom.config;

import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.time.ZoneId;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import org.watchkeep.recorder.ingest.ConnectLimits;
import org.watchkeep.recorder.rtsp.CameraHabits;
import org.watchkeep.recorder.rtsp.LoginPreference;
import org.watchkeep.recorder.rtsp.TlsTrust;
import org.watchkeep.recorder.rtsp.TransportChoice;
import org.watchkeep.recorder.rtsp.UdpPortRange;
import org.watchkeep.retention.audit.VerifierKey;

/**
 * One installation, as {@code site.yaml} says it: checked, paths absolute. Immutable.
 *
 * @param file where it was read from
 * @param push where cameras that push are listened for
 * @param udpPorts where ports for media over UDP are taken from
 * @param connects how many cameras may be called at a time
 * @param witnesses who is shown the audit trail's checkpoints
 * @param scrubBytesASecond how fast footage is read again while nobody asks for it
 * @param vault to which held footage is copied; empty: it stays on its reels
 */
public record SiteConfig(
        Path file,
        String name,
        ZoneId timeZone,
        List<Volume> volumes,
        Keys keys,
        List<RetentionClass> classes,
        List<Scheme> schemes,
        List<Camera> cameras,
        Optional<Push> push,
        UdpPortRange udpPorts,
        ConnectLimits connects,
        List<Witness> witnesses,
        long scrubBytesASecond,
        Optional<Volume> vault) {

    public SiteConfig {
        volumes = List.copyOf(volumes);
        classes = List.copyOf(classes);
        schemes = List.copyOf(schemes);
        cameras = List.copyOf(cameras);
        witnesses = List.copyOf(witnesses);
    }

    /** The camera with this id. */
    public Optional<Camera> camera(String id) {
        return cameras.stream().filter(c -> c.id().equals(id)).findFirst();
    }

    /** A directory on a disk, and how many of its bytes reels may take. */
    public record Volume(String id, Path path, long sizeBytes) {}

    /**
     * Where the keys are.
     *
     * @param keystore PKCS#12 with the site's master key
     * @param passphraseFile its passphrase, readable by the recorder's user only
     * @param homes the two slot folders, best on different devices
     */
    public record Keys(Path keystore, Path passphraseFile, List<Path> homes) {
        public Keys {
            homes = List.copyOf(homes);
        }
    }

    /**
     * A port that cameras push to.
     *
     * @param certificate in PEM, shown to those that come by TLS; empty where all come in clear
     */
    public record Push(InetSocketAddress listen, Optional<CertificateFiles> certificate) {}

    /** A certificate and its key, each in PEM; the key without a passphrase. */
    public record CertificateFiles(Path certificate, Path key) {}

    /**
     * Somebody outside who signs that they have seen the trail.
     *
     * @param url its submission prefix (C2SP tlog-witness)
     * @param key as it publishes it, of type 4
     */
    public record Witness(URI url, VerifierKey key) {}

    /** The cameras whose footage is kept for the same number of days. */
    public record RetentionClass(String id, int days, String reason) {}

    /** A surveillance scheme: whose cameras they are and what for. */
    public record Scheme(String id, String name, List<String> purposes) {
        public Scheme {
            purposes = List.copyOf(purposes);
        }
    }

    /**
     * @param number what operators type
     * @param url address of its main stream; never with a password in it
     * @param sub address of its sub stream, where that is recorded too
     * @param tls by what its certificate is believed, for {@code rtsps://}
     * @param habits of its family, where a profile is named
     */
    public record Camera(
            String id,
            int number,
            String name,
            Optional<Place> place,
            Optional<String> scheme,
            String classId,
            URI url,
            Optional<URI> sub,
            Optional<Credentials> credentials,
            TransportChoice transport,
            TlsTrust tls,
            CameraHabits habits,
            boolean enabled) {}

    public record Place(
            Optional<String> street,
            Optional<String> area,
            OptionalDouble latitude,
            OptionalDouble longitude,
            List<String> aliases) {
        public Place {
            aliases = List.copyOf(aliases);
        }
    }

    /**
     * The password stands in a file of its own.
     *
     * @param login which kinds of login may be used; Basic only where it says so
     */
    public record Credentials(String user, Path passwordFile, LoginPreference login) {}
}
