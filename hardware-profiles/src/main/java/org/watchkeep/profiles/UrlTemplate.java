// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.profiles;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A camera's address with places to fill: {@code {host}}, {@code {channel}} and {@code {user}}. There is no place for a
 * password, and never will be: addresses stand in logs and configuration files. Immutable.
 *
 * @param text {@code rtsp://{host}/path}
 */
public record UrlTemplate(String text) {
    private static final Set<String> PLACES = Set.of("host", "channel", "user");
    private static final Pattern PLACE = Pattern.compile("\\{([^{}]*)}");
    private static final String BEGIN = "://{host}/";

    /** Default ports, which are left out of addresses (RFC 2326 3.2, RFC 7826 4.2). */
    private static final int RTSP_PORT = 554;

    private static final int RTSPS_PORT = 322;
    private static final int MAX_LENGTH = 200;

    /** @throws IllegalArgumentException when it is none */
    public UrlTemplate {
        boolean plain = text.startsWith("rtsp" + BEGIN);
        if ((!plain && !text.startsWith("rtsps" + BEGIN)) || text.length() > MAX_LENGTH) {
            throw new IllegalArgumentException("address: " + shortened(text)
                    + " (expected: rtsp://{host}/… or rtsps://{host}/…, at most " + MAX_LENGTH + " characters)");
        }
        Matcher places = PLACE.matcher(text);
        while (places.find()) {
            if (!PLACES.contains(places.group(1))) {
                throw new IllegalArgumentException(
                        "address: {" + places.group(1) + "} (expected: {host}, {channel} or {user}; never a password)");
            }
        }
        String rest = PLACE.matcher(text).replaceAll("");
        if (rest.chars().anyMatch(c -> c <= ' ' || c > '~' || c == '{' || c == '}')) {
            throw new IllegalArgumentException("address: " + shortened(text) + " holds blanks, braces or is not ASCII");
        }
        if (rest.toLowerCase(Locale.ROOT).matches(".*(pass|pwd).*")) {
            throw new IllegalArgumentException("address: a place for a password (expected: none)");
        }
    }

    private static String shortened(String text) {
        return text.length() <= 60 ? text : text.substring(0, 60) + "…";
    }

    public boolean hasChannel() {
        return text.contains("{channel}");
    }

    public boolean hasUser() {
        return text.contains("{user}");
    }

    public boolean isSecure() {
        return text.startsWith("rtsps");
    }

    /**
     * The address of one camera.
     *
     * @param host name or address; IPv6 without brackets
     * @param user filled in percent-encoded
     * @throws IllegalArgumentException when a user is needed and there is none
     */
    public String fill(String host, int port, int channel, Optional<String> user) {
        if (hasUser() && user.isEmpty()) {
            throw new IllegalArgumentException("address " + text + ": no user (expected: credentials with one)");
        }
        String name = host.indexOf(':') >= 0 ? "[" + host + "]" : host;
        String authority = port == (isSecure() ? RTSPS_PORT : RTSP_PORT) ? name : name + ":" + port;
        String encoded = user.map(
                        u -> URLEncoder.encode(u, StandardCharsets.UTF_8).replace("+", "%20"))
                .orElse("");
        return text.replace("{host}", authority)
                .replace("{channel}", Integer.toString(channel))
                .replace("{user}", encoded);
    }

    @Override
    public String toString() {
        return text;
    }
}
