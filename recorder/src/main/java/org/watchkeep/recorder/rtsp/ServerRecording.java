// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.rtsp;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.handler.ssl.SslHandler;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
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
 * The first video we can record is handed on; other tracks may be set up, and what comes for them is dropped. Media come
 * interleaved or in datagrams; inside TLS interleaved only: asked for UDP there the answer is 461, and the client may ask for
 * TCP. Confined to the connection's event loop.
 */
@SuppressWarnings("FutureReturnValueIgnored") // a close that fails shows in the pipeline: channelInactive
final class ServerRecording {
    private static final Logger LOG = LoggerFactory.getLogger(ServerRecording.class);

    /** Of tracks that are not recorded, which nobody reads times of. */
    private static final int ANY_CLOCK_RATE = 90_000;

    private final String id;
    private final Client client;
    private final RtspServer.PushMount mount;
    private final Channel channel;
    private final String authLabel;
    private final Runnable onHeard;
    private final Runnable onPauseChanged;
    private final List<MediaDescription> media;
    private final int video;
    private final MediaFormat format;
    private final Map<Integer, RecordingLane> tracks = new TreeMap<>();
    /** Added to here and on the camera's event loop. */
    private final Set<Tolerance> tolerances = ConcurrentHashMap.newKeySet();

    private MediaReceiver.@Nullable Stream stream;
    private boolean isPaused;

    /**
     * Who pushes, and where to.
     *
     * @param onHeard is told of each sign of life beside the connection
     * @param onPauseChanged is told on the connection's event loop
     */
    record Client(
            RtspServer server,
            RtspServer.PushMount mount,
            Channel channel,
            String authLabel,
            Runnable onHeard,
            Runnable onPauseChanged,
            PublisherPorts ports) {}

    private ServerRecording(Client client, List<MediaDescription> media, int video, MediaFormat format) {
        this.id = client.server().newSessionId();
        this.client = client;
        this.mount = client.mount();
        this.channel = client.channel();
        this.authLabel = client.authLabel();
        this.onHeard = client.onHeard();
        this.onPauseChanged = client.onPauseChanged();
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
    static Optional<ServerRecording> announced(Client client, String sdp) throws RtspFormatException {
        List<MediaDescription> media = SessionDescription.parse(sdp).media();
        for (int i = 0; i < media.size(); i++) {
            Optional<MediaFormat> format = media.get(i).firstOf(Dialogue.CODECS);
            if (media.get(i).kind().equals("video") && format.isPresent()) {
                return Optional.of(new ServerRecording(client, media, i, format.get()));
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

    private boolean isTls() {
        return channel.pipeline().get(SslHandler.class) != null;
    }

    RtspResponse setUp(RtspRequest request) {
        if (stream != null) {
            return RtspResponse.of(RtspResponse.METHOD_NOT_VALID_IN_STATE);
        }
        Optional<TransportHeader> transport = request.headers()
                .first(RtspHeaders.TRANSPORT)
                .flatMap(header -> TransportHeader.parse(header, this::isTaken));
        if (transport.isEmpty()) {
            return RtspResponse.of(RtspResponse.UNSUPPORTED_TRANSPORT);
        }
        int track = trackAt(request.uri());
        if (track < 0) {
            return RtspResponse.of(RtspResponse.NOT_FOUND);
        }
        RecordingLane lane;
        try {
            lane = transport.get().isUdp()
                    ? datagrams(track, transport.get().clientPorts().orElseThrow())
                    : interleaved(track, transport.get());
        } catch (IOException e) {
            LOG.warn("{}: {}", channel.remoteAddress(), e.getMessage());
            return RtspResponse.of(RtspResponse.SERVICE_UNAVAILABLE);
        }
        if (lane instanceof RecordingLane.Interleaved own && isOccupied(track, own.channels())) {
            return RtspResponse.of(RtspResponse.BAD_REQUEST);
        }
        RecordingLane earlier = tracks.put(track, lane);
        if (earlier != null) {
            earlier.close();
        }
        return RtspResponse.of(RtspResponse.OK).with(RtspHeaders.TRANSPORT, lane.granted() + ";mode=record");
    }

    /** Media of a TLS connection stay inside it. */
    private boolean isTaken(TransportHeader asked) {
        return !asked.isUdp() || (!isTls() && asked.clientPorts().isPresent());
    }

    private RecordingLane interleaved(int track, TransportHeader asked) {
        return new RecordingLane.Interleaved(
                asked.channels().orElseGet(() -> TransportHeader.Channels.ofTrack(track)), new Track(track));
    }

    private RecordingLane datagrams(int track, TransportHeader.Ports asked) throws IOException {
        int clockRate = track == video ? format.clockRate() : ANY_CLOCK_RATE;
        UdpReceiver.Track expected = new UdpReceiver.Track(media.get(track).payloadTypes(), clockRate);
        return RecordingLane.Datagrams.open(client, asked, expected, tolerances, new Track(track));
    }

    private boolean isOccupied(int track, TransportHeader.Channels channels) {
        return channels.rtcp() > TransportHeader.Channels.MAX
                || tracks.entrySet().stream()
                        .anyMatch(e -> e.getKey() != track
                                && e.getValue() instanceof RecordingLane.Interleaved other
                                && other.channels().overlaps(channels));
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
        RecordingLane lane = tracks.get(video);
        if (lane == null) {
            return RtspResponse.of(RtspResponse.METHOD_NOT_VALID_IN_STATE);
        }
        MediaTransport by = lane instanceof RecordingLane.Datagrams
                ? MediaTransport.UDP
                : isTls() ? MediaTransport.RTSPS : MediaTransport.TCP;
        RtspTrack track = new RtspTrack(
                format,
                String.valueOf(channel.remoteAddress()).replaceFirst("^.*/", ""),
                lane.channel(),
                by.label(),
                tolerances);
        Optional<MediaReceiver.Stream> begun = mount.receiver().begin(track, new Handle(lane));
        if (begun.isEmpty()) {
            return RtspResponse.of(RtspResponse.METHOD_NOT_VALID_IN_STATE);
        }
        stream = begun.get();
        tracks.values().forEach(RecordingLane::open);
        return RtspResponse.of(RtspResponse.OK);
    }

    /** The other side has asked for nothing more to be read. */
    boolean isPaused() {
        return isPaused;
    }

    /** Datagrams cannot be held up: those that come are dropped, and counted by what their numbers leave out. */
    private boolean isDropping() {
        return isPaused && tracks.get(video) instanceof RecordingLane.Datagrams;
    }

    /** From any thread; what it means is decided on the connection's own loop. */
    private void pauseOnLoop(boolean wanted) {
        EventLoop loop = channel.eventLoop();
        if (!loop.inEventLoop()) {
            loop.execute(() -> pauseOnLoop(wanted));
        } else if (isPaused != wanted) {
            isPaused = wanted;
            onPauseChanged.run();
        }
    }

    boolean isKnownChannel(int number) {
        return laneOf(number) != null;
    }

    void onFrame(int number, ByteBuf packet) {
        RecordingLane.Interleaved lane = laneOf(number);
        if (lane != null) {
            lane.onFrame(number, packet);
        }
    }

    private RecordingLane.@Nullable Interleaved laneOf(int number) {
        for (RecordingLane lane : tracks.values()) {
            if (lane instanceof RecordingLane.Interleaved own && own.isKnown(number)) {
                return own;
            }
        }
        return null;
    }

    /** Datagrams that left the client before it said the end arrive behind that: they are still waited for. */
    void end(String detail) {
        MediaReceiver.Stream ending = stream;
        if (ending != null && tracks.get(video) instanceof RecordingLane.Datagrams) {
            channel.eventLoop().schedule(() -> endNow(detail), RtspSession.LAST_PACKETS_NANOS, TimeUnit.NANOSECONDS);
        } else {
            endNow(detail);
        }
    }

    private void endNow(String detail) {
        tracks.values().forEach(lane -> {
            lane.flush();
            lane.close();
        });
        tracks.clear();
        if (stream != null) {
            stream.onEnd(detail);
            stream = null;
        }
    }

    /** What comes for one track: the video's is handed on. */
    private final class Track implements RecordingLane.Sink {
        private final boolean isVideo;

        Track(int track) {
            isVideo = track == video;
        }

        @Override
        public void onHeard() {
            onHeard.run();
        }

        @Override
        public void onRtp(ByteBuf packet) {
            if (isVideo && stream != null && !isDropping()) {
                stream.onRtp(packet);
            }
        }

        @Override
        public void onRtcp(ByteBuf packet) {
            if (isVideo && stream != null && !isDropping()) {
                stream.onRtcp(packet);
            }
        }

        @Override
        public void onBadBytes(IOException cause) {
            LOG.info("{}: {}", channel.remoteAddress(), cause.getMessage());
            channel.close();
        }
    }

    /** The other side's handle on this connection. */
    private final class Handle implements MediaReceiver.Publisher {
        private final RecordingLane lane;

        Handle(RecordingLane lane) {
            this.lane = lane;
        }

        @Override
        public String authLabel() {
            return authLabel;
        }

        @Override
        public DatagramCounts datagrams() {
            return lane.datagrams();
        }

        @Override
        public void pause() {
            pauseOnLoop(true);
        }

        @Override
        public void resume() {
            pauseOnLoop(false);
        }

        @Override
        public void close(String why) {
            LOG.info("{}: closing a publisher of {}: {}", channel.remoteAddress(), mount.path(), why);
            channel.close();
        }
    }
}
