// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.ingest;

import io.netty.channel.EventLoopGroup;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.watchkeep.recorder.rtsp.Credentials;
import org.watchkeep.recorder.rtsp.DoorLimits;
import org.watchkeep.recorder.rtsp.MountAccess;
import org.watchkeep.recorder.rtsp.RtspServer;
import org.watchkeep.recorder.rtsp.RtspServerSettings;

/**
 * Where cameras push to: one port, a path for each camera that is configured to push, and nothing else. Each logs in by
 * Digest with its own credentials; a camera whose credentials are missing cannot be pushed to. Any thread.
 */
final class PushPort implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(PushPort.class);

    private static final String REALM = "Watchkeep";

    /** Guesses from one address; more than a person with the wrong password makes before asking. */
    private static final int LOCK_OUT_AFTER = 10;

    private final RtspServer server;
    private final Set<String> paths = new HashSet<>();

    /** @throws IOException when the port cannot be had */
    PushPort(
            RecorderSettings.Push port,
            RecorderSettings recorder,
            EventLoopGroup loops,
            RandomGenerator random,
            LongSupplier monoNanos)
            throws IOException {
        RtspServerSettings settings = RtspServerSettings.on(port.listen())
                .withUdpPorts(recorder.udpPorts())
                .withDoor(DoorLimits.PUBLIC);
        server = new RtspServer(
                port.certificate().map(settings::withCertificate).orElse(settings),
                recorder.transport(),
                loops,
                random,
                monoNanos);
    }

    InetSocketAddress address() {
        return server.address();
    }

    /**
     * Lets this camera push.
     *
     * @throws IllegalArgumentException when another has its path
     */
    void add(CameraSettings camera, CameraRecorder recorder, Executor executor) {
        if (!paths.add(camera.pushPath())) {
            throw new IllegalArgumentException("push:" + camera.pushPath().substring(1) + " stands twice");
        }
        Optional<Credentials> login = camera.login();
        if (login.isEmpty()) {
            LOG.error("{}: nobody may push, for no login is configured (expected: credentials)", camera.id());
            return;
        }
        MountAccess access = new MountAccess(MountAccess.Scheme.DIGEST_ANY, REALM, login.get())
                .withHabits(MountAccess.Habits.NONE.withLockOutAfter(LOCK_OUT_AFTER));
        server.mountForPush(camera.pushPath(), new PushReceiver(recorder, executor), access);
    }

    @Override
    public void close() {
        server.close();
    }
}
