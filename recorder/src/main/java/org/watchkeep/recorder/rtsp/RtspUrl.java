// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.rtsp;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * A camera's address as it is dialled and as it is sent, without credentials: {@code rtsp://}, or {@code rtsps://} for RTSP
 * inside TLS. Not a {@link java.net.URI}: cameras use
 * characters in paths and queries that no RFC allows, and want them back unchanged. Immutable.
 *
 * @param isTls whether the scheme is {@code rtsps}
 * @param host name or address, IPv6 without brackets
 * @param path with the query, from the slash on, or empty; exactly as given
 */
public record RtspUrl(boolean isTls, String host, int port, String path) {
    public static final int DEFAULT_PORT = 554;
    /** Registered for rtsps (RFC 7826 22.14). */
    public static final int DEFAULT_TLS_PORT = 322;

    /** 4 KiB: half a header line; the longest address seen is a replay request of some 300 characters. */
    static final int MAX_LENGTH = 4 << 10;

    private static final String SCHEME = "rtsp://";
    private static final String TLS_SCHEME = "rtsps://";

    public RtspUrl {
        if (host.isEmpty() || port < 1 || port > 0xffff) {
            throw new IllegalArgumentException(
                    "address: host '" + host + "' port " + port + " (expected: rtsp://host:port/path)");
        }
        if (path.length() > MAX_LENGTH || path.chars().anyMatch(c -> c <= ' ' || c == 0x7f)) {
            throw new IllegalArgumentException("address of " + host + ": path holds blanks or is too long");
        }
    }

    /** An address without TLS. */
    public RtspUrl(String host, int port, String path) {
        this(false, host, port, path);
    }

    /** Reads an address; user name and password in it are left out (see {@link #credentialsIn}). */
    public static RtspUrl parse(String text) {
        String rest = withoutDoubledScheme(text.strip());
        if (!hasScheme(rest)) {
            throw new IllegalArgumentException("address: no rtsp:// (expected: rtsp:// or rtsps://host:port/path)");
        }
        boolean tls = schemeLength(rest) == TLS_SCHEME.length();
        rest = rest.substring(schemeLength(rest));
        int slash = firstOf(rest, "/?");
        String authority = rest.substring(0, slash);
        String place = authority.substring(authority.lastIndexOf('@') + 1);
        int colon = place.lastIndexOf(':');
        if (place.endsWith("]") || colon < 0) {
            return new RtspUrl(tls, withoutBrackets(place), defaultPort(tls), rest.substring(slash));
        }
        return new RtspUrl(
                tls,
                withoutBrackets(place.substring(0, colon)),
                RtspHeaders.unsigned(place.substring(colon + 1)),
                rest.substring(slash));
    }

    /** The {@code user:password@} of an address, percent-decoded once: passwords hold {@code @ : # %} as they please. */
    public static Optional<Credentials> credentialsIn(String text) {
        String rest = withoutDoubledScheme(text.strip());
        rest = rest.substring(schemeLength(rest));
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
        return new RtspUrl(isTls, host, port, otherPath);
    }

    /** {@code rtsp} or {@code rtsps}. */
    public String scheme() {
        return isTls ? "rtsps" : "rtsp";
    }

    private static int defaultPort(boolean tls) {
        return tls ? DEFAULT_TLS_PORT : DEFAULT_PORT;
    }

    /** {@code host} or {@code host:port}, IPv6 in brackets. */
    String authority() {
        String name = host.indexOf(':') >= 0 ? "[" + host + "]" : host;
        return port == defaultPort(isTls) ? name : name + ":" + port;
    }

    @Override
    public String toString() {
        return scheme() + "://" + authority() + path;
    }

    /**
     * From the first slash behind the authority on, without the last slash: what names a mount or track, whatever host a
     * client believes it talks to.
     */
    static String pathOf(String uri) {
        String rest = withoutDoubledScheme(uri);
        if (hasScheme(rest)) {
            rest = rest.substring(schemeLength(rest));
            rest = rest.substring(firstOf(rest, "/?"));
        }
        return withoutSlashesBehind(rest);
    }

    static String withoutSlashesBehind(String path) {
        int end = path.length();
        while (end > 0 && path.charAt(end - 1) == '/') {
            end--;
        }
        return path.substring(0, end);
    }

    static boolean hasScheme(String text) {
        return schemeLength(text) > 0;
    }

    /** Of the scheme and what stands between it and the host; 0 where there is none that we know. */
    private static int schemeLength(String text) {
        if (text.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
            return SCHEME.length();
        }
        return text.regionMatches(true, 0, TLS_SCHEME, 0, TLS_SCHEME.length()) ? TLS_SCHEME.length() : 0;
    }

    /** Some firmware writes {@code rtsp://rtsp://…}. */
    static String withoutDoubledScheme(String text) {
        String rest = text;
        while (hasScheme(rest) && hasScheme(rest.substring(schemeLength(rest)))) {
            rest = rest.substring(schemeLength(rest));
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
