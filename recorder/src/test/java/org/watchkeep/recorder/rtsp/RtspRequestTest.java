// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.rtsp;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class RtspRequestTest {
    /** A camera that named a control URL we could not send back lost all its footage. */
    @Test
    void sendable_controlUrlBeyondAscii_isPercentEncoded() {
        RtspRequest request = new RtspRequest("SETUP", "rtsp://192.0.2.7/live/v r:\u00c3");
        assertThat(request.sendable().uri()).isEqualTo("rtsp://192.0.2.7/live/v%20r:%C3%83");
    }

    @Property
    void sendable_anyUri_isPrintableAscii(@ForAll String uri) {
        String sent = new RtspRequest("SETUP", uri).sendable().uri();
        assertThat(sent).matches("[!-~]*");
        assertThat(new RtspRequest("SETUP", sent).sendable().uri()).isEqualTo(sent);
    }
}
