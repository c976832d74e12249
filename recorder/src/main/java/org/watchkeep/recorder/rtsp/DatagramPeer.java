// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.rtsp;

import java.net.InetAddress;
import java.util.List;
import java.util.Optional;

/**
 * Who sends us a track in datagrams, by its own word. Immutable.
 *
 * @param hosts the other end of the connection first; behind it the {@code source} that its Transport header names, where that
 *     is another address
 * @param ports where it says it sends from and receives reports
 * @param ssrc the source it announced
 */
record DatagramPeer(List<InetAddress> hosts, Optional<TransportHeader.Ports> ports, Optional<Integer> ssrc) {
    DatagramPeer {
        hosts = List.copyOf(hosts);
    }

    /** The camera at the other end of a connection of ours, by the transport it granted. */
    static DatagramPeer camera(InetAddress connected, Optional<TransportHeader> granted) {
        List<InetAddress> hosts = granted.flatMap(TransportHeader::source)
                .filter(source -> isPlausible(source, connected))
                .map(source -> List.of(connected, source))
                .orElse(List.of(connected));
        return new DatagramPeer(
                hosts, granted.flatMap(TransportHeader::serverPorts), granted.flatMap(TransportHeader::ssrc));
    }

    /** A client that pushes to us: where else it might send from is not for it to say. */
    static DatagramPeer publisher(InetAddress connected, TransportHeader.Ports ports) {
        return new DatagramPeer(List.of(connected), Optional.of(ports), Optional.empty());
    }

    /** No device sends from an address of our own machine or of nobody, and none has us call there. */
    private static boolean isPlausible(InetAddress source, InetAddress connected) {
        return !source.equals(connected)
                && !source.isAnyLocalAddress()
                && !source.isLoopbackAddress()
                && !source.isMulticastAddress();
    }
}
