// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.rtsp;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * A camera's address as it is dialled and as it is sent, without credentials. Not a {@link java.net.URI}: cameras use
 * characters in paths and queries that no RFC allows, and want them back unchanged. Immutable.
 *
 * @param host name or address, IPv6 without brackets
 * @param path with the query, from the slash on, or empty; exactly as given
 */
public record RtspUrl(String host, int port, String path) {
    public static final int DEFAULT_PORT = 554;

    /** 4 KiB: half a header line; the longest address seen is a replay request of some 300 characters. */
    static final int MAX_LENGTH = 4 << 10;

    private static final String SCHEME = "rtsp://";

    public RtspUrl {
        if (host.isEmpty() || port < 1 || port > 0xffff) {
            throw new IllegalArgumentException(
                    "address: host '" + host + "' port " + port + " (expected: rtsp://host:port/path)");
        }
        if (path.length() > MAX_LENGTH || path.chars().anyMatch(c -> c <= ' ' || c == 0x7f)) {
            throw new IllegalArgumentException("address of " + host + ": path holds blanks or is too long");
        }
    }

    /** Reads an address; user name and password in it are left out (see {@link #credentialsIn}). */
    public static RtspUrl parse(String text) {
        String rest = withoutDoubledScheme(text.strip());
        if (!hasScheme(rest)) {
            throw new IllegalArgumentException("address: no rtsp:// (expected: rtsp://host:port/path)");
        }
        rest = rest.substring(SCHEME.length());
        int slash = firstOf(rest, "/?");
        String authority = rest.substring(0, slash);
        String place = authority.substring(authority.lastIndexOf('@') + 1);
        int colon = place.lastIndexOf(':');
        if (place.endsWith("]") || colon < 0) {
            return new RtspUrl(withoutBrackets(place), DEFAULT_PORT, rest.substring(slash));
        }
        return new RtspUrl(
                withoutBrackets(place.substring(0, colon)),
                RtspHeaders.unsigned(place.substring(colon + 1)),
                rest.substring(slash));
    }

    /** The {@code user:password@} of an address, percent-decoded once: passwords hold {@code @ : # %} as they please. */
    public static Optional<Credentials> credentialsIn(String text) {
        String rest = withoutDoubledScheme(text.strip());
        rest = hasScheme(rest) ? rest.substring(SCHEME.length()) : rest;
        String authority = rest.substring(0, firstOf(rest, "/?"));
        int at = authority.lastIndexOf('@');
        if (at < 0) {
            return Optional.empty();
        }
        String who = authority.substring(0, at);
        int colon = who.indexOf(':');
        return Optional.of(
                colon < 0
                        ? new Credentials(decoded(who), "")
                        : new Credentials(decoded(who.substring(0, colon)), decoded(who.substring(colon + 1))));
    }

    /** The same camera, another path. */
    RtspUrl withPath(String otherPath) {
        return new RtspUrl(host, port, otherPath);
    }

    /** {@code host} or {@code host:port}, IPv6 in brackets. */
    String authority() {
        String name = host.indexOf(':') >= 0 ? "[" + host + "]" : host;
        return port == DEFAULT_PORT ? name : name + ":" + port;
    }

    @Override
    public String toString() {
        return SCHEME + authority() + path;
    }

    /**
     * From the first slash behind the authority on, without the last slash: what names a mount or track, whatever host a
     * client believes it talks to.
     */
    static String pathOf(String uri) {
        String rest = withoutDoubledScheme(uri);
        if (hasScheme(rest)) {
            rest = rest.substring(SCHEME.length());
            rest = rest.substring(firstOf(rest, "/?"));
        }
        while (rest.endsWith("/")) {
            rest = rest.substring(0, rest.length() - 1);
        }
        return rest;
    }

    static boolean hasScheme(String text) {
        return text.regionMatches(true, 0, SCHEME, 0, SCHEME.length());
    }

    /** Some firmware writes {@code rtsp://rtsp://…}. */
    static String withoutDoubledScheme(String text) {
        String rest = text;
        while (hasScheme(rest) && hasScheme(rest.substring(SCHEME.length()))) {
            rest = rest.substring(SCHEME.length());
        }
        return rest;
    }

    private static int firstOf(String text, String stops) {
        for (int i = 0; i < text.length(); i++) {
            if (stops.indexOf(text.charAt(i)) >= 0) {
                return i;
            }
        }
        return text.length();
    }

    private static String withoutBrackets(String host) {
        return host.startsWith("[") && host.endsWith("]") ? host.substring(1, host.length() - 1) : host;
    }

    private static String decoded(String text) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        for (int i = 0; i < bytes.length; i++) {
            int high = i + 2 < bytes.length && bytes[i] == '%' ? Character.digit(bytes[i + 1], 16) : -1;
            int low = high < 0 ? -1 : Character.digit(bytes[i + 2], 16);
            if (low < 0) {
                out.write(bytes[i]);
            } else {
                out.write(high << 4 | low);
                i += 2;
            }
        }
        return out.toString(StandardCharsets.UTF_8);
    }
}
