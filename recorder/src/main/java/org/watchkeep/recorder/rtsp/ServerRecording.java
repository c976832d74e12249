// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.rtsp;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.watchkeep.recorder.rtp.Tolerance;

/**
 * What one client pushes to us.
 *
 * <pre>
 *   announced ──SETUP of each track──► set up ──RECORD──► recording      TEARDOWN or a closed connection ends either
 * </pre>
 *
 * The first video we can record is handed on; other tracks may be set up, and what comes for them is dropped. Interleaved
 * only: a client that asks for UDP is answered 461 and may ask for TCP. Confined to the connection's event loop.
 */
@SuppressWarnings("FutureReturnValueIgnored") // a close that fails shows in the pipeline: channelInactive
final class ServerRecording {
    private static final Logger LOG = LoggerFactory.getLogger(ServerRecording.class);

    private final String id;
    private final RtspServer.PushMount mount;
    private final Channel channel;
    private final String authLabel;
    private final List<MediaDescription> media;
    private final int video;
    private final MediaFormat format;
    private final Map<Integer, TransportHeader.Channels> tracks = new TreeMap<>();
    private MediaReceiver.@Nullable Stream stream;

    private ServerRecording(
            String id,
            RtspServer.PushMount mount,
            Channel channel,
            String authLabel,
            List<MediaDescription> media,
            int video,
            MediaFormat format) {
        this.id = id;
        this.mount = mount;
        this.channel = channel;
        this.authLabel = authLabel;
        this.media = media;
        this.video = video;
        this.format = format;
    }

    /**
     * Reads an announcement.
     *
     * @return empty where it holds nothing that we record
     * @throws RtspFormatException when it is no SDP
     */
    static Optional<ServerRecording> announced(
            String id, RtspServer.PushMount mount, Channel channel, String authLabel, String sdp)
            throws RtspFormatException {
        List<MediaDescription> media = SessionDescription.parse(sdp).media();
        for (int i = 0; i < media.size(); i++) {
            Optional<MediaFormat> format = media.get(i).firstOf(RtspSession.CODECS);
            if (media.get(i).kind().equals("video") && format.isPresent()) {
                return Optional.of(new ServerRecording(id, mount, channel, authLabel, media, i, format.get()));
            }
        }
        return Optional.empty();
    }

    String id() {
        return id;
    }

    RtspServer.PushMount mount() {
        return mount;
    }

    RtspResponse setUp(RtspRequest request) {
        if (stream != null) {
            return RtspResponse.of(RtspResponse.METHOD_NOT_VALID_IN_STATE);
        }
        Optional<TransportHeader> transport = request.headers()
                .first(RtspHeaders.TRANSPORT)
                .flatMap(header -> TransportHeader.parse(header, asked -> !asked.isUdp()));
        if (transport.isEmpty()) {
            return RtspResponse.of(RtspResponse.UNSUPPORTED_TRANSPORT);
        }
        int track = trackAt(request.uri());
        if (track < 0) {
            return RtspResponse.of(RtspResponse.NOT_FOUND);
        }
        TransportHeader.Channels channels =
                transport.get().channels().orElseGet(() -> TransportHeader.Channels.ofTrack(track));
        boolean taken = tracks.entrySet().stream()
                .anyMatch(e -> e.getKey() != track && e.getValue().overlaps(channels));
        if (taken || channels.rtcp() > TransportHeader.Channels.MAX) {
            return RtspResponse.of(RtspResponse.BAD_REQUEST);
        }
        tracks.put(track, channels);
        return RtspResponse.of(RtspResponse.OK)
                .with(RtspHeaders.TRANSPORT, TransportHeader.request(channels) + ";mode=record");
    }

    /** By the control it was announced with (FFmpeg: streamid=0, GStreamer: stream=0); the only one needs no name. */
    private int trackAt(String uri) {
        String path = RtspUrl.pathOf(uri);
        for (int i = 0; i < media.size(); i++) {
            String control = media.get(i).control().orElse("");
            if (!control.isEmpty() && (path.endsWith("/" + control) || path.equals(RtspUrl.pathOf(control)))) {
                return i;
            }
        }
        return media.size() == 1 ? 0 : -1;
    }

    /** RECORD; once more while recording changes nothing. */
    RtspResponse record() {
        if (stream != null) {
            return RtspResponse.of(RtspResponse.OK);
        }
        TransportHeader.Channels channels = tracks.get(video);
        if (channels == null) {
            return RtspResponse.of(RtspResponse.METHOD_NOT_VALID_IN_STATE);
        }
        RtspTrack track = new RtspTrack(
                format,
                String.valueOf(channel.remoteAddress()).replaceFirst("^.*/", ""),
                channels.rtp(),
                "tcp",
                EnumSet.noneOf(Tolerance.class));
        Optional<MediaReceiver.Stream> begun = mount.receiver().begin(track, new Client());
        if (begun.isEmpty()) {
            return RtspResponse.of(RtspResponse.METHOD_NOT_VALID_IN_STATE);
        }
        stream = begun.get();
        return RtspResponse.of(RtspResponse.OK);
    }

    boolean isKnownChannel(int number) {
        return tracks.values().stream().anyMatch(c -> c.rtp() == number || c.rtcp() == number);
    }

    void onFrame(int number, ByteBuf packet) {
        TransportHeader.Channels channels = tracks.get(video);
        if (stream == null || channels == null) {
            return;
        }
        if (number == channels.rtp()) {
            stream.onRtp(packet);
        } else if (number == channels.rtcp()) {
            stream.onRtcp(packet);
        }
    }

    void end(String detail) {
        if (stream != null) {
            stream.onEnd(detail);
            stream = null;
        }
    }

    /** The other side's handle on this connection. */
    private final class Client implements MediaReceiver.Publisher {
        @Override
        public String authLabel() {
            return authLabel;
        }

        @Override
        public void pause() {
            channel.config().setAutoRead(false);
        }

        @Override
        public void resume() {
            channel.config().setAutoRead(true);
        }

        @Override
        public void close(String why) {
            LOG.info("{}: closing a publisher of {}: {}", channel.remoteAddress(), mount.path(), why);
            channel.close();
        }
    }
}
