// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.rtsp;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
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
        assertThat(TransportHeader.parse(header).orElseThrow().channels().orElseThrow())
                .hasToString(channels);
    }

    @Test
    void parse_tcpWithoutChannels_isUsableAndNamesNone() {
        assertThat(TransportHeader.parse("RTP/AVP/TCP;unicast").orElseThrow().channels())
                .isEmpty();
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
        assertThat(TransportHeader.parse(header)).isEmpty();
    }

    @Property(tries = 300)
    void parse_nonsense_neverFails(@ForAll long seed, @ForAll @IntRange(max = 4) int damage) {
        byte[] good = "RTP/AVP/TCP;unicast;interleaved=0-1;ssrc=1,RTP/AVP".getBytes(StandardCharsets.ISO_8859_1);
        String text = new String(Nonsense.damage(good, damage, new Random(seed)), StandardCharsets.ISO_8859_1);
        TransportHeader.parse(text)
                .flatMap(TransportHeader::channels)
                .ifPresent(c -> assertThat(c.rtp()).isBetween(0, TransportHeader.Channels.MAX));
    }
}
