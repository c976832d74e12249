// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.rtsp;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The part of a connection that is about pushing: ANNOUNCE, SETUP and RECORD of a client that is logged in, at most one
 * recording at a time. Confined to the connection's event loop.
 */
final class ServerPublisher {
    private static final Logger LOG = LoggerFactory.getLogger(ServerPublisher.class);

    private final RtspServer server;
    private final Channel channel;
    private final Supplier<String> authLabel;
    private final Runnable onHeard;
    private final Runnable onPauseChanged;
    private @Nullable ServerRecording recording;

    /**
     * @param authLabel how the client has logged in
     * @param onHeard is told of each sign of life beside the connection
     * @param onPauseChanged is told when {@link #isPaused} may say something else
     */
    ServerPublisher(
            RtspServer server, Channel channel, Supplier<String> authLabel, Runnable onHeard, Runnable onPauseChanged) {
        this.server = server;
        this.channel = channel;
        this.authLabel = authLabel;
        this.onHeard = onHeard;
        this.onPauseChanged = onPauseChanged;
    }

    /** RECORD goes to the address, to a track of it, with or without a slash behind: FFmpeg and GStreamer differ. */
    RtspResponse answer(RtspServer.PushMount mount, RtspRequest request) {
        if (request.method().equals(RtspRequest.ANNOUNCE)) {
            return announce(mount, request);
        }
        ServerRecording current = recording;
        if (current == null
                || !current.mount().equals(mount)
                || request.headers()
                        .session()
                        .filter(id -> !id.equals(current.id()))
                        .isPresent()) {
            return RtspResponse.of(RtspResponse.SESSION_NOT_FOUND);
        }
        RtspResponse answer = switch (request.method()) {
            case RtspRequest.SETUP -> current.setUp(request);
            case RtspRequest.RECORD -> current.record();
            case RtspRequest.GET_PARAMETER, RtspRequest.SET_PARAMETER -> RtspResponse.of(RtspResponse.OK);
            case RtspRequest.TEARDOWN -> {
                end("the publisher ended its session");
                yield RtspResponse.of(RtspResponse.OK);
            }
            default -> RtspResponse.of(RtspResponse.NOT_IMPLEMENTED).with(RtspHeaders.PUBLIC, ServerConnection.METHODS);
        };
        return answer.isOk() ? server.withSession(current.id(), answer) : answer;
    }

    private RtspResponse announce(RtspServer.PushMount mount, RtspRequest request) {
        if (recording != null || mount.receiver().isTaken()) {
            return RtspResponse.of(RtspResponse.METHOD_NOT_VALID_IN_STATE);
        }
        ServerRecording.Client client = new ServerRecording.Client(
                server,
                mount,
                channel,
                authLabel.get(),
                onHeard,
                onPauseChanged,
                new PublisherPorts(server, channel, mount.pairs()));
        try {
            Optional<ServerRecording> announced = ServerRecording.announced(client, request.body());
            recording = announced.orElse(null);
            return RtspResponse.of(announced.isPresent() ? RtspResponse.OK : RtspResponse.UNSUPPORTED_MEDIA_TYPE);
        } catch (RtspFormatException e) {
            LOG.info("{}: announcement: {}", channel.remoteAddress(), e.getMessage());
            return RtspResponse.of(RtspResponse.BAD_REQUEST);
        }
    }

    boolean isKnownChannel(int number) {
        return recording != null && recording.isKnownChannel(number);
    }

    /** Nothing more is to be read from the publisher for now. */
    boolean isPaused() {
        return recording != null && recording.isPaused();
    }

    void onFrame(int number, ByteBuf packet) {
        if (recording != null) {
            recording.onFrame(number, packet);
        }
    }

    void end(String detail) {
        if (recording != null) {
            recording.end(detail);
            recording = null;
            onPauseChanged.run();
        }
    }
}
