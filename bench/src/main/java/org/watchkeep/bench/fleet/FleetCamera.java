// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.bench.fleet;

import java.util.Optional;
import org.watchkeep.recorder.rtsp.MediaTransport;

/**
 * One camera as a recorder has to know it. Immutable.
 *
 * @param number from 1
 * @param subUrl of its second stream
 * @param login what it wants to be told; empty where it asks nothing
 * @param certificateSha256 of what it shows inside TLS
 */
public record FleetCamera(
        int number,
        String url,
        Optional<String> subUrl,
        MediaTransport transport,
        Optional<Login> login,
        Optional<String> certificateSha256) {
    /** User and password. */
    public record Login(String user, String password) {}

    static FleetCamera of(int number, String hostAndPort, CameraGroup group, Optional<String> pin) {
        boolean isTls = group.transport() == MediaTransport.RTSPS;
        String url = (isTls ? "rtsps://" : "rtsp://") + hostAndPort + "/cam" + number;
        return new FleetCamera(
                number,
                url,
                group.streams().size() > 1 ? Optional.of(url + "/sub") : Optional.empty(),
                group.transport(),
                group.login() ? Optional.of(new Login(Fleet.USER, Fleet.PASSWORD)) : Optional.empty(),
                isTls ? pin : Optional.empty());
    }

    public String id() {
        return "cam" + number;
    }
}
