// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.rtsp;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** How many lines strangers can make us write. */
class LogThrottleTest {
    private final List<String> lines = new ArrayList<>();
    private long nowNanos = 1;
    private final LogThrottle throttle = new LogThrottle(() -> nowNanos, lines::add);

    private static InetSocketAddress from(String address, int port) {
        InetAddress host = NetUtil.createInetAddressFromIpAddressString(address);
        return new InetSocketAddress(host, port);
    }

    private void passSeconds(long seconds) {
        nowNanos += TimeUnit.SECONDS.toNanos(seconds);
    }

    @Test
    void note_oneAddressForAnHour_isALineAMinuteWithTheirNumber() {
        for (int second = 0; second < 3_600; second++) {
            throttle.note(from("192.0.2.1", 1_024 + second), "junk");
            passSeconds(1);
        }
        assertThat(lines).hasSizeBetween(55, 60);
        assertThat(lines.get(0)).isEqualTo("/192.0.2.1:1024: junk");
        assertThat(lines.get(1)).isEqualTo("192.0.2.1: 59 more since, refused or closed");
    }

    @Test
    void note_anyNumberOfAddresses_isSoManyLinesAMinute() {
        for (int i = 0; i < 60_000; i++) {
            throttle.note(from("10." + (i >> 16) + "." + (i >> 8 & 255) + "." + (i & 255), 1_024), "junk");
            nowNanos += 1_000_000;
        }
        assertThat(lines).hasSizeLessThanOrEqualTo(LogThrottle.MAX_ADDRESSES + 1);
        passSeconds(60);
        lines.clear();
        throttle.note(from("192.0.2.1", 1_024), "junk");
        assertThat(lines)
                .anyMatch(line -> line.startsWith("other addresses: 59935 more"))
                .hasSize(2);
    }

    @Test
    void note_addressesOfOneSite_shareALine() {
        throttle.note(from("2001:db8::1", 1), "junk");
        throttle.note(from("2001:db8::2", 2), "junk");
        throttle.note(from("2001:db8:0:1::1", 3), "junk");
        assertThat(lines).hasSize(2);
    }

    @Test
    void note_quietAddress_isToldOfAgainAtOnce() {
        throttle.note(from("192.0.2.1", 1), "junk");
        passSeconds(61);
        throttle.note(from("192.0.2.1", 2), "junk");
        assertThat(lines).containsExactly("/192.0.2.1:1: junk", "/192.0.2.1:2: junk");
    }
}
