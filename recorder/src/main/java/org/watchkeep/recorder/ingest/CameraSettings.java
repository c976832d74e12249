// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.ingest;

import java.net.URI;
import java.util.Optional;
import org.watchkeep.recorder.rtsp.Credentials;
import org.watchkeep.recorder.rtsp.RtspUrl;
import org.watchkeep.retention.store.StreamId;

/**
 * One camera to be recorded. Immutable.
 *
 * @param id {@code [a-z0-9][a-z0-9-]{0,39}}
 * @param number the number operators know it by
 * @param name what operators call it
 * @param url {@code rtsp://host:port/path}; a login inside it is used where none is given beside it
 * @param credentials the login, empty for a camera that wants none
 * @param classId retention class
 */
public record CameraSettings(
        String id, int number, String name, URI url, Optional<Credentials> credentials, String classId) {
    public CameraSettings {
        StreamId.main(id);
        RtspUrl.parse(url.toString());
    }

    /** The stream that is recorded. */
    public StreamId stream() {
        return StreamId.main(id);
    }

    RtspUrl address() {
        return RtspUrl.parse(url.toString());
    }

    Optional<Credentials> login() {
        return credentials.or(() -> RtspUrl.credentialsIn(url.toString()));
    }

    /** Without the login, whether it stands beside the address or in it. */
    @Override
    public String toString() {
        return "CameraSettings[id=" + id + ", number=" + number + ", name=" + name + ", url=" + address() + ", classId="
                + classId + "]";
    }
}
