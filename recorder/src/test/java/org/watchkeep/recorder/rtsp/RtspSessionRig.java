// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.rtsp;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;

/** A session with a camera in memory, in time that the test moves. */
abstract class RtspSessionRig {
    static final byte[] RTP = ByteBufUtil.decodeHexDump("80e00001000000010000002a65aabbcc");
    static final byte[] RTCP = ByteBufUtil.decodeHexDump("80c9000100000001");
    static final Credentials WHO = new Credentials("admin", "s3cret", LoginPreference.ANY);

    /** Writes down what it is told. */
    static final class Notes implements RtspSession.Listener {
        final List<String> seen = new ArrayList<>();
        Optional<SessionEnd> end = Optional.empty();
        Optional<RtspTrack> track = Optional.empty();
        boolean refuse;

        @Override
        public void onTrack(RtspTrack setUp) {
            track = Optional.of(setUp);
        }

        @Override
        public void onPlaying() {
            seen.add("playing");
        }

        @Override
        public void onBytes() {}

        @Override
        public void onRtp(ByteBuf packet) throws IOException {
            if (refuse) {
                throw new IOException("not a stream");
            }
            seen.add("rtp " + packet.readableBytes());
        }

        @Override
        public void onRtcp(ByteBuf packet) {
            seen.add("rtcp " + packet.readableBytes());
        }

        @Override
        public void onEnd(SessionEnd how) {
            assertThat(end).isEmpty();
            end = Optional.of(how);
        }

        SessionEnd.Reason reason() {
            return end.orElseThrow(() -> new AssertionError("the session has not ended"))
                    .reason();
        }

        String detail() {
            return end.orElseThrow(() -> new AssertionError("the session has not ended"))
                    .detail();
        }
    }

    final ScriptedCamera camera = new ScriptedCamera();
    final FakeTimers timers = new FakeTimers();
    final SessionMemory memory = new SessionMemory();
    final Notes notes = new Notes();

    @AfterEach
    void release() {
        camera.release();
    }

    RtspSession session(String url, Optional<Credentials> who) {
        return new RtspSession(
                new RtspSessionSettings("cam-1", RtspUrl.parse(url), who, "Watchkeep-test"),
                camera,
                timers,
                new Random(1),
                memory,
                notes);
    }

    RtspSession played() {
        return played(Optional.empty());
    }

    RtspSession played(Optional<Credentials> who) {
        RtspSession session = session("rtsp://192.0.2.7/live", who);
        session.start();
        camera.answer();
        return session;
    }

    void assertPlaying() {
        assertThat(notes.end).isEmpty();
        assertThat(notes.seen).contains("playing");
    }
}
