// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.camera;

import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.watchkeep.recorder.rtsp.MediaTransport;
import org.watchkeep.recorder.rtsp.MountAccess;

/**
 * What one simulated camera is. Immutable.
 *
 * @param path where it is served, {@code /cam1}
 * @param number what operators call it by; chooses the light and, with the name, the street
 * @param name burned into drawn pictures, and the session's name
 * @param scene what it shows
 * @param access who may watch
 * @param faults what goes wrong, and when
 * @param quirks what it does otherwise than the standards say, all the time
 * @param transports by which ways it is served
 */
public record SimulatedCamera(
        String path,
        int number,
        String name,
        Scene scene,
        MountAccess access,
        List<Fault> faults,
        List<Quirk> quirks,
        Set<MediaTransport> transports) {
    private static final Pattern PATH = Pattern.compile("/[A-Za-z0-9._~/-]{1,100}");

    private static final Set<MediaTransport> ANY = Set.of(MediaTransport.values());

    /** Longer names are in no site's list, and would not fit the picture. */
    private static final int MAX_NAME_LENGTH = 100;

    /** What a camera shows. */
    public sealed interface Scene {}

    /**
     * A drawn street, 640 x 360 at 12.5 pictures a second, with a {@link BarCode}.
     *
     * @param keyPictureEvery pictures from one key picture to the next, of H.264
     * @param slices a picture is coded in, of H.264
     */
    public record Drawn(Coding coding, int keyPictureEvery, int slices) implements Scene {
        /** A key picture every 2 s, in one slice. */
        public Drawn(Coding coding) {
            this(coding, DrawnSource.GOP_PICTURES, 1);
        }
    }

    /** How drawn pictures are coded: by the encoders there are without a GPL library. */
    public enum Coding {
        H264,
        MJPEG
    }

    /** The pictures of a file; shared by all cameras that are given the same footage. */
    public record FromFile(FileFootage footage, Play play, Begin begin) implements Scene {}

    /** What happens at the end of the file. */
    public enum Play {
        /** Goodbye, and the connection closes. */
        ONCE,
        /** It begins again, with times that go on steadily. */
        LOOPING
    }

    /** When the first picture of the file is sent. */
    public enum Begin {
        AT_ONCE,
        /** When the first client plays, so that this client is sent every picture. */
        WITH_FIRST_CLIENT
    }

    public SimulatedCamera {
        if (!PATH.matcher(path).matches()) {
            throw new IllegalArgumentException("path: " + path + " (expected: " + PATH + ")");
        }
        if (name.isEmpty() || name.length() > MAX_NAME_LENGTH || name.chars().anyMatch(Character::isISOControl)) {
            throw new IllegalArgumentException(
                    "name: " + name.length() + " characters (expected: 1 to " + MAX_NAME_LENGTH + ", on one line)");
        }
        if (transports.isEmpty()) {
            throw new IllegalArgumentException("transports: none (expected: at least one of tcp, udp, rtsps)");
        }
        transports = Set.copyOf(transports);
        faults = List.copyOf(faults);
        quirks = List.copyOf(quirks);
    }

    /** A drawn street that anybody may watch, at {@code /camN}. */
    public static SimulatedCamera drawn(int number, String name) {
        return drawn(number, name, Coding.H264);
    }

    /** A drawn street that anybody may watch, at {@code /camN}, coded so. */
    public static SimulatedCamera drawn(int number, String name, Coding coding) {
        return new SimulatedCamera(
                "/cam" + number, number, name, new Drawn(coding), MountAccess.OPEN, List.of(), List.of(), ANY);
    }

    /** A file that anybody may watch, at {@code /camN}. */
    public static SimulatedCamera fromFile(int number, FileFootage footage, Play play, Begin begin) {
        return new SimulatedCamera(
                "/cam" + number,
                number,
                "Camera " + number,
                new FromFile(footage, play, begin),
                MountAccess.OPEN,
                List.of(),
                List.of(),
                ANY);
    }

    public SimulatedCamera withName(String other) {
        return new SimulatedCamera(path, number, other, scene, access, faults, quirks, transports);
    }

    public SimulatedCamera withAccess(MountAccess other) {
        return new SimulatedCamera(path, number, name, scene, other, faults, quirks, transports);
    }

    public SimulatedCamera withFaults(List<Fault> others) {
        return new SimulatedCamera(path, number, name, scene, access, others, quirks, transports);
    }

    public SimulatedCamera withQuirks(List<Quirk> others) {
        return new SimulatedCamera(path, number, name, scene, access, faults, others, transports);
    }

    /** What it shows, its quirks considered. */
    Scene shown() throws IOException {
        Scene shown = scene;
        for (Quirk quirk : quirks) {
            shown = quirk.scene(shown);
        }
        return shown;
    }

    /** Served by these ways only; by TLS alone it has an {@code rtsps://} address. */
    public SimulatedCamera withTransports(Set<MediaTransport> others) {
        return new SimulatedCamera(path, number, name, scene, access, faults, quirks, others);
    }
}
