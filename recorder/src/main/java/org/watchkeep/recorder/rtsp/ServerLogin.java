// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.rtsp;

import io.netty.channel.Channel;
import java.util.Optional;

/** Whether one connection may what it asks for: its login is looked at with each request. Confined to its event loop. */
final class ServerLogin {
    private final RtspServer server;
    private final Channel channel;
    private final Door.Place place;
    private final ServerAuth auth;

    ServerLogin(RtspServer server, Channel channel, Door.Place place) {
        this.server = server;
        this.channel = channel;
        this.place = place;
        this.auth = new ServerAuth(server.random());
    }

    /** How the newest request was signed, as {@code digest-md5}. */
    String label() {
        return auth.label();
    }

    /** Empty where the login is right, or none is asked for. */
    Optional<RtspResponse> refusal(String path, MountAccess access, RtspRequest request) {
        if (access.scheme() == MountAccess.Scheme.NONE) {
            place.giveUp();
            return Optional.empty();
        }
        String host = RemoteHost.of(channel.remoteAddress());
        LoginGuard guard = server.guard();
        // Others behind its address do not shut out who has logged in here. Elsewhere it may be guessing itself.
        boolean wasLoggedIn = place.isLoggedInAt(path);
        boolean isShutOut = !wasLoggedIn && guard.isShutOut(access, path, host, server.monoNanos());
        ServerAuth.Verdict verdict = isShutOut ? ServerAuth.Verdict.MISSING : auth.check(access, request);
        if (verdict == ServerAuth.Verdict.ACCEPTED) {
            if (place.logIn(path)) {
                // Its keepalives say nothing of the others behind its address: they end no lock-out.
                if (!wasLoggedIn) {
                    guard.onAccepted(path, host);
                }
                return Optional.empty();
            }
            server.strangers().note(channel.remoteAddress(), "too many connections have logged in for " + path);
            return Optional.of(RtspResponse.of(RtspResponse.SERVICE_UNAVAILABLE));
        }
        if (verdict == ServerAuth.Verdict.REFUSED) {
            guard.onRefused(access, path, host, server.monoNanos());
            server.strangers().note(channel.remoteAddress(), "wrong login for " + path);
        }
        return Optional.of(auth.challenge(access, verdict));
    }
}
