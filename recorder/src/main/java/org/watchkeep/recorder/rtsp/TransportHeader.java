// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.rtsp;

import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * The part of a Transport header (RFC 2326 12.39) that delivery needs. Immutable.
 *
 * @param isUdp datagrams to one receiver; otherwise interleaved
 * @param channels of interleaved delivery; empty where the peer named none
 * @param clientPorts where the client receives
 * @param serverPorts where the server sends from and receives reports; some cameras (OpenIPC) leave them out
 * @param source the address it sends from, where that is said as a number: names are not looked up
 * @param ssrc the source of its packets; empty where it is nothing that one could be
 */
record TransportHeader(
        boolean isUdp,
        Optional<Channels> channels,
        Optional<Ports> clientPorts,
        Optional<Ports> serverPorts,
        Optional<InetAddress> source,
        Optional<Integer> ssrc) {
    /** What we ask for, in the one order of parameters that every camera takes (Luckfox takes no other). */
    static String request(Channels channels) {
        return "RTP/AVP/TCP;unicast;interleaved=" + channels;
    }

    /** The same for UDP. */
    static String request(Ports clientPorts) {
        return "RTP/AVP;unicast;client_port=" + clientPorts;
    }

    /** What our server grants. */
    static String grant(Ports clientPorts, Ports serverPorts) {
        return request(clientPorts) + ";server_port=" + serverPorts;
    }

    /** The two interleaved channels of a track. */
    record Channels(int rtp, int rtcp) {
        static final int MAX = 0xff;

        /** The usual pair of the track with this index. */
        static Channels ofTrack(int index) {
            return new Channels(2 * index, 2 * index + 1);
        }

        /** Both could not be used in one connection. */
        boolean overlaps(Channels other) {
            return rtp == other.rtp || rtp == other.rtcp || rtcp == other.rtp || rtcp == other.rtcp;
        }

        @Override
        public String toString() {
            return rtp + "-" + rtcp;
        }
    }

    /** The two UDP ports of a track at one end. */
    record Ports(int rtp, int rtcp) {
        static final int MAX = 0xffff;

        @Override
        public String toString() {
            return rtp + "-" + rtcp;
        }
    }

    /**
     * The first transport of the header that can be read and used; empty when there is none. Escam Q6 answers {@code RTP/AVP} with
     * {@code interleaved=}: that is TCP all the same. Multicast is not used. Other parameters (mode, destination) are
     * passed over.
     */
    static Optional<TransportHeader> parse(String value, Predicate<TransportHeader> usable) {
        for (String transport : value.split(",", -1)) {
            Optional<TransportHeader> read = parseOne(transport.split(";", -1)).filter(usable);
            if (read.isPresent()) {
                return read;
            }
        }
        return Optional.empty();
    }

    private static Optional<TransportHeader> parseOne(String[] parts) {
        Optional<Channels> channels = Optional.empty();
        Optional<Ports> clientPorts = Optional.empty();
        Optional<Ports> serverPorts = Optional.empty();
        Optional<InetAddress> source = Optional.empty();
        Optional<Integer> ssrc = Optional.empty();
        boolean namesChannels = false;
        boolean isMulticast = false;
        for (String part : parts) {
            String parameter = part.strip().toLowerCase(Locale.ROOT);
            if (parameter.startsWith("interleaved=")) {
                namesChannels = true;
                channels = pair(parameter, Channels.MAX).map(p -> new Channels(p[0], p[1]));
            } else if (parameter.startsWith("client_port=")) {
                clientPorts = ports(parameter);
            } else if (parameter.startsWith("server_port=")) {
                serverPorts = ports(parameter);
            } else if (parameter.startsWith("source=")) {
                source = address(value(parameter));
            } else if (parameter.startsWith("ssrc=")) {
                ssrc = ssrc(value(parameter));
            } else {
                isMulticast |= parameter.equals("multicast");
            }
        }
        String protocol = parts[0].strip().toUpperCase(Locale.ROOT);
        boolean isTcp = protocol.endsWith("/TCP");
        boolean isUdp = !isTcp && !namesChannels && !isMulticast && protocol.startsWith("RTP/AVP");
        boolean usable = isUdp || (namesChannels ? channels.isPresent() : isTcp);
        return usable
                ? Optional.of(new TransportHeader(isUdp, channels, clientPorts, serverPorts, source, ssrc))
                : Optional.empty();
    }

    private static String value(String parameter) {
        return parameter.substring(parameter.indexOf('=') + 1).replace("\"", "").strip();
    }

    /** A name would have to be looked up, on an event loop. */
    private static Optional<InetAddress> address(String value) {
        return Optional.ofNullable(NetUtil.createInetAddressFromIpAddressString(value));
    }

    /** Eight hexadecimal digits (RFC 2326 12.39), some with blanks before them; 0 is what cameras say that do not know. */
    private static Optional<Integer> ssrc(String value) {
        try {
            boolean isShort = !value.isEmpty() && value.length() <= 8;
            return isShort ? Optional.of(Integer.parseUnsignedInt(value, 16)).filter(s -> s != 0) : Optional.empty();
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }

    /** Port 0 is no port. */
    private static Optional<Ports> ports(String parameter) {
        return pair(parameter, Ports.MAX)
                .filter(p -> p[0] > 0 && p[1] > 0 && p[1] <= Ports.MAX)
                .map(p -> new Ports(p[0], p[1]));
    }

    /** {@code name=0-1}; some name one number only, or begin at an odd one. */
    private static Optional<int[]> pair(String parameter, int max) {
        String[] ends = value(parameter).split("-", 2);
        int rtp = RtspHeaders.unsigned(ends[0]);
        int rtcp = ends.length < 2 ? rtp + 1 : RtspHeaders.unsigned(ends[1]);
        boolean valid = rtp >= 0 && rtp <= max && rtcp >= 0 && rtcp <= max + 1 && rtcp != rtp;
        return valid ? Optional.of(new int[] {rtp, rtcp}) : Optional.empty();
    }
}
