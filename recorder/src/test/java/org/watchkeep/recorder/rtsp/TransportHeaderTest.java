// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.rtsp;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TransportHeaderTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "RTP/AVP/TCP;unicast;interleaved=0-1 | 0-1",
                "RTP/AVP/TCP;unicast;interleaved=6-7;ssrc= 4a1b2c3d;mode=\"PLAY\" | 6-7", // Hikvision, Dahua: blank
                // before ssrc
                "RTP/AVP;unicast;interleaved=0-1 | 0-1", // Escam Q6
                "rtp/avp/tcp ; INTERLEAVED=2-3 ; source= | 2-3",
                "RTP/AVP/TCP;interleaved=4 | 4-5", // one channel only
                "RTP/AVP/TCP;interleaved=1-2 | 1-2", // an odd first one
                "RTP/AVP;unicast;client_port=4000-4001,RTP/AVP/TCP;interleaved=0-1 | 0-1", // several
            })
    void parse_interleavedForms_givesChannels(String header, String channels) {
        assertThat(interleaved(header).orElseThrow().channels().orElseThrow()).hasToString(channels);
    }

    @Test
    void parse_tcpWithoutChannels_isUsableAndNamesNone() {
        assertThat(interleaved("RTP/AVP/TCP;unicast").orElseThrow().channels()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "RTP/AVP;unicast;client_port=4000-4001",
                "RTP/AVP/UDP;multicast",
                "RTP/AVP/TCP;interleaved=",
                "RTP/AVP/TCP;interleaved=300-301",
                "RTP/AVP/TCP;interleaved=5-5",
                "RTP/AVP/TCP;interleaved=-1"
            })
    void parse_notInterleaved_isEmpty(String header) {
        assertThat(interleaved(header)).isEmpty();
    }

    private static Optional<TransportHeader> interleaved(String header) {
        return TransportHeader.parse(header, t -> !t.isUdp());
    }

    private static Optional<TransportHeader> datagrams(String header) {
        return TransportHeader.parse(header, TransportHeader::isUdp);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            nullValues = "-",
            value = {
                "RTP/AVP;unicast;client_port=4000-4001;server_port=6970-6971 | 4000-4001 | 6970-6971",
                "RTP/AVP/UDP;unicast;client_port=4000-4001;server_port=6970-6971;ssrc= 4a1b2c3d | 4000-4001 |"
                        + " 6970-6971",
                "RTP/AVP;unicast;client_port=4000-4001 | 4000-4001 | -", // OpenIPC
                "RTP/AVP;unicast;source=;destination=host;client_port=4000-4001;server_port=0-0 | 4000-4001 | -",
                "RTP/AVP;client_port=4000;server_port=6970 | 4000-4001 | 6970-6971",
                "RTP/AVP;server_port=65535 | - | -",
                "RTP/AVP/TCP;interleaved=0-1,RTP/AVP;client_port=2-3 | 2-3 | -",
                "RTP/AVP;multicast;port=1-2,RTP/AVP;unicast;client_port=2-3 | 2-3 | -"
            })
    void parse_datagramForms_givesPorts(String header, String client, String server) {
        TransportHeader read = datagrams(header).orElseThrow();
        assertThat(read.clientPorts().map(TransportHeader.Ports::toString)).isEqualTo(Optional.ofNullable(client));
        assertThat(read.serverPorts().map(TransportHeader.Ports::toString)).isEqualTo(Optional.ofNullable(server));
    }

    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            value = {
                "source=192.0.2.9;ssrc=4A1B2C3D, 192.0.2.9, 4a1b2c3d",
                "source=\"192.0.2.9\";ssrc= 0000001f, 192.0.2.9, 1f",
                "source=2001:db8::9;ssrc=0, 2001:db8:0:0:0:0:0:9, -",
                "source=camera.local;ssrc=FFFFFFFFFFxyz, -, -",
                "source=;ssrc=, -, -",
                "mode=play, -, -"
            })
    void parse_sourceAndSsrc_areWhatCanBeOne(String said, String source, String ssrc) {
        TransportHeader read =
                datagrams("RTP/AVP;unicast;client_port=4000-4001;" + said).orElseThrow();
        assertThat(read.source().map(InetAddress::getHostAddress)).isEqualTo(Optional.ofNullable(source));
        assertThat(read.ssrc().map(Integer::toHexString)).isEqualTo(Optional.ofNullable(ssrc));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "RTP/AVP/UDP;multicast", "RTP/AVP/TCP;unicast", "RTP/AVP;interleaved=0-1", "MP2T/H2221/UDP"})
    void parse_noDatagrams_isEmpty(String header) {
        assertThat(datagrams(header)).isEmpty();
    }

    @Test
    void grant_ports_isReadBack() {
        TransportHeader.Ports own = new TransportHeader.Ports(6970, 6971);
        String granted = TransportHeader.grant(new TransportHeader.Ports(4000, 4001), own);
        assertThat(datagrams(granted).orElseThrow().serverPorts()).contains(own);
    }

    @Property(tries = 300)
    void parse_nonsense_neverFails(@ForAll long seed, @ForAll @IntRange(max = 4) int damage) {
        byte[] good = "RTP/AVP/TCP;unicast;interleaved=0-1;ssrc=1,RTP/AVP;client_port=4-5;server_port=6-7"
                .getBytes(StandardCharsets.ISO_8859_1);
        String text = new String(Nonsense.damage(good, damage, new Random(seed)), StandardCharsets.ISO_8859_1);
        interleaved(text)
                .flatMap(TransportHeader::channels)
                .ifPresent(c -> assertThat(c.rtp()).isBetween(0, TransportHeader.Channels.MAX));
        datagrams(text).flatMap(TransportHeader::serverPorts).ifPresent(p -> {
            assertThat(p.rtp()).isBetween(1, TransportHeader.Ports.MAX);
            assertThat(p.rtcp()).isBetween(1, TransportHeader.Ports.MAX);
        });
    }
}
