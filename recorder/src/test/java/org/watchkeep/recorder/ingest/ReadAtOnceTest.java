// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.watchkeep.recorder.rtp.Tolerance;
import org.watchkeep.recorder.rtsp.DatagramCounts;
import org.watchkeep.recorder.rtsp.MediaFormat;
import org.watchkeep.recorder.rtsp.RtspSession;
import org.watchkeep.recorder.rtsp.RtspTrack;
import org.watchkeep.recorder.rtsp.SessionEnd;

/** Packets of a camera whose clock tells nothing are not left to gather. */
class ReadAtOnceTest extends CameraRigs {
    /** Does nothing but note. */
    private static final class Link implements MediaLink {
        final List<Boolean> told = new ArrayList<>();
        RtspSession.@Nullable Listener listener;

        Link toldTo(RtspSession.Listener of) {
            listener = of;
            return this;
        }

        RtspSession.Listener listener() {
            if (listener == null) {
                throw new AssertionError("nobody listens");
            }
            return listener;
        }

        @Override
        public void start() {}

        @Override
        public void close(String why) {
            listener().onEnd(new SessionEnd(SessionEnd.Reason.CLOSED, why));
        }

        @Override
        public String authLabel() {
            return "none";
        }

        @Override
        public DatagramCounts datagrams() {
            return DatagramCounts.NONE;
        }

        @Override
        public void readAtOnce(boolean isWanted) {
            told.add(isWanted);
        }
    }

    private final Link link = new Link();
    private final Rig rig = new Rig("frozen");

    private void play(int seconds) throws IOException {
        for (int i = 0; i < 25 * seconds; i++) {
            timers.advanceMillis(40);
            for (byte[] packet : rig.video.next()) {
                link.listener().onBytes();
                link.listener().onRtp(Unpooled.wrappedBuffer(packet));
            }
        }
    }

    @Test
    void onRtp_timeStandsStillAndRunsAgain_asksForEachPacketMeanwhile() throws IOException {
        rig.recorder.accept(link::toldTo);
        link.listener()
                .onTrack(new RtspTrack(
                        new MediaFormat(96, "H264", 90_000, Map.of()),
                        "192.0.2.7:554",
                        0,
                        "tcp",
                        EnumSet.noneOf(Tolerance.class)));
        link.listener().onPlaying();
        play(3);
        assertThat(link.told).isEmpty();
        rig.video.freeze(true);
        play(4);
        assertThat(link.told).containsExactly(true);
        rig.video.freeze(false);
        play(2);
        assertThat(link.told).containsExactly(true, false);
    }
}
