// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.rtsp;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Which addresses the requests behind DESCRIBE go to. Host and port are always the ones we dialled: behind NAT, cameras
 * name private, wrong or malformed hosts ({@code ::ffff:192.0.2.1} without brackets) in Content-Base and in controls.
 * Where cameras disagree with RFC 3986 there is an order of tries; a refused SETUP or PLAY goes on to the next.
 */
final class ControlUrls {
    private ControlUrls() {}

    /** The base address: Content-Base, else Content-Location, else the address of the request. */
    static RtspUrl base(RtspUrl dialled, RtspHeaders describeReply) {
        return describeReply
                .first(RtspHeaders.CONTENT_BASE)
                .or(() -> describeReply.first(RtspHeaders.CONTENT_LOCATION))
                .map(text -> resolveBase(dialled, text))
                .orElse(dialled);
    }

    /** Whether the camera names another host than this base's, none, or a malformed one, for itself or for a track. */
    static boolean isCorrected(RtspUrl base, RtspHeaders describeReply, Optional<String> control) {
        boolean isOtherBase = describeReply
                .first(RtspHeaders.CONTENT_BASE)
                .filter(text -> !base.toString().equals(text))
                .isPresent();
        String ours = base.withPath("").toString();
        return isOtherBase
                || control.filter(RtspUrl::hasScheme)
                        .filter(text -> !text.startsWith(ours))
                        .isPresent();
    }

    private static RtspUrl resolveBase(RtspUrl dialled, String text) {
        String given = RtspUrl.withoutDoubledScheme(text.strip());
        String path;
        if (given.isEmpty()) {
            return dialled;
        } else if (RtspUrl.hasScheme(given)) {
            path = afterAuthority(given);
        } else if (given.startsWith("/")) {
            path = given;
        } else if (startsWithHost(given, dialled)) {
            // Anjvision: 192.0.2.1/stream/ with no scheme.
            path = given.indexOf('/') < 0 ? "" : given.substring(given.indexOf('/'));
        } else {
            path = resolveRelative(dialled.path(), given);
        }
        return usable(path) ? dialled.withPath(path) : dialled;
    }

    private static boolean startsWithHost(String given, RtspUrl dialled) {
        int slash = given.indexOf('/');
        String first = slash < 0 ? given : given.substring(0, slash);
        return first.equalsIgnoreCase(dialled.host()) || first.indexOf(':') >= 0 || first.matches("\\d+(\\.\\d+){3}");
    }

    /** Addresses for SETUP of a track, most likely first. */
    static List<RtspUrl> ofTrack(RtspUrl base, Optional<String> control) {
        String given = RtspUrl.withoutDoubledScheme(control.orElse("").strip());
        if (given.isEmpty() || given.equals("*")) {
            return List.of(base);
        }
        Set<String> paths = new LinkedHashSet<>();
        if (RtspUrl.hasScheme(given)) {
            paths.add(afterAuthority(given));
        } else {
            // Nearly every camera and client joins by plain concatenation, even behind a query; RFC 3986 comes second.
            paths.add(joined(base.path(), given));
            paths.add(resolveRelative(base.path(), given));
        }
        return usable(base, paths);
    }

    /** Addresses for PLAY, keepalive and TEARDOWN: the aggregate control, the base, and what was described. */
    static List<RtspUrl> ofSession(RtspUrl dialled, RtspUrl base, Optional<String> control) {
        Set<String> paths = new LinkedHashSet<>();
        ofTrack(base, control).forEach(url -> paths.add(url.path()));
        paths.add(base.path());
        // A Reolink doorbell answers 400 to PLAY unless the address is the plain one.
        paths.add(dialled.path());
        return usable(base, paths);
    }

    private static List<RtspUrl> usable(RtspUrl base, Set<String> paths) {
        List<RtspUrl> urls = new ArrayList<>();
        for (String path : paths) {
            if (usable(path)) {
                urls.add(base.withPath(path));
            }
        }
        return urls.isEmpty() ? List.of(base) : urls;
    }

    private static boolean usable(String path) {
        return path.length() <= RtspUrl.MAX_LENGTH && path.chars().allMatch(c -> c > ' ' && c != 0x7f);
    }

    private static String afterAuthority(String absolute) {
        String rest = absolute.substring(absolute.indexOf("//") + 2);
        for (int i = 0; i < rest.length(); i++) {
            if (rest.charAt(i) == '/' || rest.charAt(i) == '?') {
                return rest.substring(i);
            }
        }
        return "";
    }

    private static String joined(String basePath, String control) {
        char first = control.charAt(0);
        if (basePath.endsWith("/")) {
            return basePath + (first == '/' ? control.substring(1) : control);
        }
        return basePath + (first == '/' || first == '?' ? "" : "/") + control;
    }

    /** RFC 3986 5.2 for the forms that occur: from the root, a query, or in place of the last segment. */
    private static String resolveRelative(String basePath, String relative) {
        int query = basePath.indexOf('?');
        String plain = query < 0 ? basePath : basePath.substring(0, query);
        return switch (relative.charAt(0)) {
            case '/' -> relative;
            case '?' -> plain + relative;
            default -> {
                String folder = plain.substring(0, plain.lastIndexOf('/') + 1);
                yield (folder.isEmpty() ? "/" : folder) + relative;
            }
        };
    }
}
