// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.profiles;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What cameras of one family are like, as far as it is known. Makers change firmware and people change settings: a profile
 * says where to begin, a probe what is true. Immutable.
 *
 * @param models what it covers, as people know them
 * @param note for people; may be empty
 * @param addresses empty where no address is known: then the camera itself has to be asked (ONVIF), or the engineer
 * @param sessionTimeoutSeconds how long the camera keeps a session that says nothing
 * @param codecs {@code h264}, {@code h265}, {@code mjpeg}
 * @param auth {@code basic}, {@code digest-md5}, {@code digest-sha256}, or that it takes no login
 */
public record CameraProfile(
        String id,
        String vendor,
        List<String> models,
        String note,
        Optional<Stated<Addresses>> addresses,
        Stated<Transports> transports,
        Stated<Keepalive> keepalive,
        Stated<Integer> sessionTimeoutSeconds,
        Stated<List<String>> codecs,
        Stated<List<String>> auth,
        Stated<Ports> ports,
        List<Stated<Quirk>> quirks) {
    public CameraProfile {
        models = List.copyOf(models);
        quirks = List.copyOf(quirks);
    }

    /**
     * Where its streams are.
     *
     * @param sub empty where the family has none, or none is known
     * @param firstChannel how the maker counts: most from 1, some from 0
     */
    public record Addresses(UrlTemplate main, Optional<UrlTemplate> sub, int firstChannel) {}

    /**
     * How its packets travel.
     *
     * @param offered {@code tcp}, {@code udp}, {@code multicast}, {@code rtsps}
     * @param preferred one of those
     */
    public record Transports(List<String> offered, String preferred) {
        public Transports {
            offered = List.copyOf(offered);
        }
    }

    /**
     * How a session is kept.
     *
     * @param method {@code OPTIONS}, {@code GET_PARAMETER} or {@code SET_PARAMETER}
     */
    public record Keepalive(String method, int intervalSeconds) {}

    /** Ports where nobody has moved them. */
    public record Ports(int rtsp, OptionalInt rtsps, OptionalInt onvif) {}

    /**
     * Something it does otherwise than the standard says.
     *
     * @param id the flag by which the simulated camera does the same
     */
    public record Quirk(String id, String text) {}

    /** The address of its main or sub stream. */
    public String address(
            UrlTemplate template, String host, OptionalInt port, OptionalInt channel, Optional<String> user) {
        Ports usual = ports.value();
        int otherwise = template.isSecure() ? usual.rtsps().orElse(usual.rtsp()) : usual.rtsp();
        int first = addresses.map(a -> a.value().firstChannel()).orElse(1);
        return template.fill(host, port.orElse(otherwise), channel.orElse(first), user);
    }
}
