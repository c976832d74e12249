// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.controlroom.config;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.regex.Pattern;
import org.watchkeep.profiles.yaml.Faults;
import org.watchkeep.recorder.ingest.CameraSettings;

/** The address of a camera: {@code rtsp://host[:port]/path[?query]}, or {@code rtsps}. */
final class CameraAddress {
    /** The longest stream address in the camera profiles is under 200. */
    private static final int MAX_LENGTH = 1024;

    /** Some makers want the login in the query ({@code ?user=admin&password=…}); it would stand in clear in the file. */
    private static final Pattern SECRET_IN_QUERY = Pattern.compile("(^|[&;?_])(pass|password|passwd|pwd)=.");

    private CameraAddress() {}

    /** @throws IllegalArgumentException never quoting a password */
    static URI parse(String text) {
        if (text.length() > MAX_LENGTH) {
            throw new IllegalArgumentException(text.length() + " characters (expected: at most " + MAX_LENGTH + ")");
        }
        if (text.startsWith("push:")) {
            return CameraSettings.requirePushName(URI.create(text));
        }
        URI uri;
        try {
            uri = new URI(text).parseServerAuthority();
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException("not an address (expected: rtsp://host/path): " + e.getReason(), e);
        }
        if (uri.getRawUserInfo() != null) {
            throw new IllegalArgumentException(
                    "a login in the address (expected: credentials: {user, passwordFile}, for nothing secret stands in"
                            + " this file)");
        }
        String query = uri.getRawQuery();
        String path = uri.getRawPath() == null ? "" : uri.getRawPath();
        if ((query != null
                        && SECRET_IN_QUERY
                                .matcher(query.toLowerCase(Locale.ROOT))
                                .find())
                || SECRET_IN_QUERY.matcher(path.toLowerCase(Locale.ROOT)).find()) {
            throw new IllegalArgumentException(
                    "a password in the address (expected: credentials: {user, passwordFile}, for nothing secret stands"
                            + " in this file)");
        }
        boolean known = "rtsp".equalsIgnoreCase(uri.getScheme()) || "rtsps".equalsIgnoreCase(uri.getScheme());
        if (!known || uri.getHost() == null || uri.getRawFragment() != null) {
            throw new IllegalArgumentException(
                    Faults.quoted(text) + " (expected: rtsp://host/path or rtsps://host/path)");
        }
        if (uri.getPort() == 0 || uri.getPort() > 65_535) {
            throw new IllegalArgumentException("port " + uri.getPort() + " (expected: 1 to 65535)");
        }
        return uri;
    }
}
