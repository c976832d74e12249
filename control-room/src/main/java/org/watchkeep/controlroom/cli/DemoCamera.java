// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.controlroom.cli;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.watchkeep.recorder.camera.FileFootage;
import org.watchkeep.recorder.camera.SimulatedCamera;
import org.watchkeep.recorder.camera.SimulatedCamera.Begin;
import org.watchkeep.recorder.camera.SimulatedCamera.Play;
import org.watchkeep.recorder.rtsp.Credentials;
import org.watchkeep.recorder.rtsp.MediaTransport;
import org.watchkeep.recorder.rtsp.MountAccess;
import org.watchkeep.recorder.rtsp.MountAccess.Scheme;

/** One camera of the demo: a street with a name, how it is coded, and how it wants to be logged in to. Immutable. */
record DemoCamera(int number, String name, Scheme scheme, Manner manner) {
    /** What is not the same for all. */
    enum Manner {
        USUAL,
        /** Its media comes in datagrams. */
        OVER_UDP,
        /** Speaks inside TLS only, with a certificate of its own that is pinned. */
        OVER_TLS,
        /** Serves the H.265 clip. */
        H265
    }

    static final String USER = "recorder";

    private static final List<String> STREETS = List.of(
            "High Street",
            "Market Place",
            "Station Road",
            "Bridge Street",
            "Town Hall",
            "Mill Lane",
            "Castle Hill",
            "Old Dock",
            "Harbour Road",
            "Park Gate",
            "Kings Parade",
            "Library Square");

    /** Login by Digest and Basic, as on a real site, and cameras that ask for none. */
    private static final List<Scheme> SCHEMES = List.of(
            Scheme.NONE,
            Scheme.DIGEST,
            Scheme.BASIC,
            Scheme.NONE,
            Scheme.DIGEST_QOP_AUTH,
            Scheme.NONE,
            Scheme.DIGEST_SHA256,
            Scheme.NONE);

    /** The one whose name and number stand in the pictures of the H.265 clip: {@code 108 OLD DOCK}. */
    private static final int H265 = 7;

    private static final int OVER_UDP = 5;

    private static final int OVER_TLS = 3;

    private static final int FIRST_NUMBER = 101;

    static List<DemoCamera> fleet(int count) {
        List<DemoCamera> fleet = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int round = i / STREETS.size();
            String street = STREETS.get(i % STREETS.size()) + (round == 0 ? "" : " " + (round + 1));
            fleet.add(new DemoCamera(FIRST_NUMBER + i, street, SCHEMES.get(i % SCHEMES.size()), manner(i)));
        }
        return fleet;
    }

    private static Manner manner(int place) {
        return switch (place) {
            case OVER_UDP -> Manner.OVER_UDP;
            case OVER_TLS -> Manner.OVER_TLS;
            case H265 -> Manner.H265;
            default -> Manner.USUAL;
        };
    }

    /**
     * What its entry in the configuration says of how media is asked for.
     *
     * @param certificateSha256 of the certificate it shows inside TLS
     */
    String transportKey(String certificateSha256) {
        return switch (manner) {
            case OVER_UDP -> ", transport: udp";
            case OVER_TLS -> ", tls: {pin: \"" + certificateSha256 + "\"}";
            default -> "";
        };
    }

    String id() {
        return "cam-" + number;
    }

    boolean wantsLogin() {
        return scheme != Scheme.NONE;
    }

    /** What its credentials say beside user and password: Basic goes out only where it is allowed. */
    String loginKey() {
        return scheme == Scheme.BASIC ? ", login: basic" : "";
    }

    /** @param password of its own; not looked at where it wants no login */
    SimulatedCamera simulated(String password) throws IOException {
        SimulatedCamera camera = manner == Manner.H265
                ? SimulatedCamera.fromFile(number, FileFootage.streetInH265(), Play.LOOPING, Begin.AT_ONCE)
                        .withName(name)
                : SimulatedCamera.drawn(number, name);
        SimulatedCamera served =
                manner == Manner.OVER_TLS ? camera.withTransports(Set.of(MediaTransport.RTSPS)) : camera;
        return wantsLogin()
                ? served.withAccess(new MountAccess(scheme, "demo", new Credentials(USER, password)))
                : served;
    }
}
