// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.ingest;

import java.net.URI;
import java.util.Optional;
import java.util.regex.Pattern;
import org.watchkeep.recorder.rtsp.CameraHabits;
import org.watchkeep.recorder.rtsp.Credentials;
import org.watchkeep.recorder.rtsp.RtspSessionSettings;
import org.watchkeep.recorder.rtsp.RtspUrl;
import org.watchkeep.recorder.rtsp.TlsTrust;
import org.watchkeep.recorder.rtsp.TransportChoice;
import org.watchkeep.retention.store.StreamId;

/**
 * One stream of a camera to be recorded. Immutable.
 *
 * @param id {@code [a-z0-9][a-z0-9-]{0,39}}
 * @param number the number operators know it by
 * @param name what operators call it
 * @param url {@code push:NAME} for a camera that pushes to {@code rtsp://our-address/NAME}; else {@code rtsp://} or {@code rtsps://host:port/path}; a login inside it is used where none is given beside it
 * @param credentials the login, empty for a camera that wants none
 * @param classId retention class
 * @param transport how media is asked for; {@code UDP} cannot be asked of {@code rtsps://}
 * @param tls by what the camera's certificate is believed, for {@code rtsps://}
 * @param habits what is known of its family
 * @param track {@code main} or {@code sub}
 * @param awaited where {@code credentials} is empty as the password could not be had: who looks for it
 */
public record CameraSettings(
        String id,
        int number,
        String name,
        URI url,
        Optional<Credentials> credentials,
        String classId,
        TransportChoice transport,
        TlsTrust tls,
        CameraHabits habits,
        String track,
        Optional<AwaitedLogin> awaited) {
    private static final Pattern PUSH_NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._/-]{0,99}");

    public CameraSettings {
        new StreamId(id, track);
        if (isPushed(url)) {
            requirePushName(url);
        } else {
            RtspSessionSettings.requireTransport(RtspUrl.parse(url.toString()), transport);
        }
    }

    /** The main stream of a camera. */
    public CameraSettings(
            String id,
            int number,
            String name,
            URI url,
            Optional<Credentials> credentials,
            String classId,
            TransportChoice transport,
            TlsTrust tls) {
        this(
                id,
                number,
                name,
                url,
                credentials,
                classId,
                transport,
                tls,
                CameraHabits.UNKNOWN,
                "main",
                Optional.empty());
    }

    /** The transport left to us, and certificates believed as this machine believes them. */
    public CameraSettings(
            String id, int number, String name, URI url, Optional<Credentials> credentials, String classId) {
        this(id, number, name, url, credentials, classId, TransportChoice.AUTO, TlsTrust.SYSTEM);
    }

    /** The stream that is recorded. */
    public StreamId stream() {
        return new StreamId(id, track);
    }

    /** The sub stream of the same camera. */
    public CameraSettings ofSub(URI address) {
        return new CameraSettings(
                id, number, name, address, credentials, classId, transport, tls, habits, "sub", awaited);
    }

    /** Of a family of which this is known. */
    public CameraSettings with(CameraHabits known) {
        return new CameraSettings(id, number, name, url, credentials, classId, transport, tls, known, track, awaited);
    }

    /** With this login. */
    public CameraSettings with(Credentials login) {
        return new CameraSettings(
                id, number, name, url, Optional.of(login), classId, transport, tls, habits, track, awaited);
    }

    /** Not called before the password is found. */
    public CameraSettings awaiting(AwaitedLogin login) {
        return new CameraSettings(
                id, number, name, url, credentials, classId, transport, tls, habits, track, Optional.of(login));
    }

    /** What is missing before it can be called at all; empty when nothing is. */
    Optional<String> missingLogin() {
        return awaited.filter(login -> login.found().isEmpty()).map(AwaitedLogin::missing);
    }

    boolean isSub() {
        return track.equals("sub");
    }

    /** What logs and errors call it: a main stream is its camera. */
    String label() {
        return isSub() ? stream().toString() : id;
    }

    /** @throws IllegalArgumentException when this is no {@code push:NAME} */
    public static URI requirePushName(URI url) {
        if (!PUSH_NAME.matcher(url.getSchemeSpecificPart()).matches()) {
            throw new IllegalArgumentException("address: " + url + " (expected: push:NAME, letters, digits, - . _ /)");
        }
        return url;
    }

    private static boolean isPushed(URI url) {
        return "push".equalsIgnoreCase(url.getScheme());
    }

    /** The camera, or a program, pushes to us instead of being called. */
    public boolean isPushed() {
        return isPushed(url);
    }

    /** Where it pushes to. */
    String pushPath() {
        return "/" + url.getSchemeSpecificPart();
    }

    RtspUrl address() {
        return RtspUrl.parse(url.toString());
    }

    Optional<Credentials> login() {
        return credentials
                .or(() -> awaited.flatMap(AwaitedLogin::found))
                .or(() -> RtspUrl.credentialsIn(url.toString()));
    }

    private String shownAddress() {
        return isPushed() ? url.toString() : address().toString();
    }

    /** Without the login, whether it stands beside the address or in it. */
    @Override
    public String toString() {
        return "CameraSettings[stream=" + stream() + ", number=" + number + ", name=" + name + ", url=" + shownAddress()
                + ", classId=" + classId + ", transport=" + transport + ", tls=" + tls + "]";
    }
}
