// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.rtsp;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnknownHostException;
import java.util.Arrays;

/** Who counts as one, where we count by address. */
final class RemoteHost {
    /** RFC 4291 2.5.4: a network of this length is what one household or site has, with addresses without number. */
    private static final int SITE_BYTES = 8;

    private RemoteHost() {}

    /** The address; of IPv6 the network it is in. */
    static String of(SocketAddress from) {
        if (!(from instanceof InetSocketAddress socket) || socket.getAddress() == null) {
            return String.valueOf(from);
        }
        InetAddress address = socket.getAddress();
        if (!(address instanceof Inet6Address)) {
            return address.getHostAddress();
        }
        byte[] site = address.getAddress();
        Arrays.fill(site, SITE_BYTES, site.length, (byte) 0);
        try {
            return InetAddress.getByAddress(site).getHostAddress() + "/64";
        } catch (UnknownHostException e) {
            throw new IllegalStateException("an address of " + site.length + " bytes", e);
        }
    }
}
