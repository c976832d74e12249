// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.controlroom.config;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.watchkeep.profiles.yaml.Faults;

/** Where the recorder listens: {@code 192.0.2.7:8554}, {@code 0.0.0.0:8554} or {@code [::]:8554}. */
final class ListenAddress {
    /** An address, not a name: what a name means may change between two starts. */
    private static final Pattern FORM =
            Pattern.compile("(\\d{1,3}(?:\\.\\d{1,3}){3}|\\[[0-9a-fA-F:.]{2,45}]):(\\d{1,5})");

    private static final int MAX_PORT = 65_535;

    private ListenAddress() {}

    /** @throws IllegalArgumentException saying what was expected */
    static InetSocketAddress parse(String text) {
        Matcher matcher = FORM.matcher(text);
        if (!matcher.matches() || Integer.parseInt(matcher.group(2)) > MAX_PORT) {
            throw new IllegalArgumentException(Faults.quoted(text) + " (expected: address:port, as 0.0.0.0:8554)");
        }
        try {
            return new InetSocketAddress(InetAddress.getByName(matcher.group(1)), Integer.parseInt(matcher.group(2)));
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException(Faults.quoted(text) + " (expected: address:port)", e);
        }
    }
}
