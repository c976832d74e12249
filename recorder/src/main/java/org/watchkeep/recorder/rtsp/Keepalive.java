// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.rtsp;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.watchkeep.recorder.rtp.Tolerance;

/**
 * Keeps a playing session alive: asks at half the session's timeout, by a method the camera has advertised, at the base
 * address. No answer, or a refusal, is a reason to try another method, never to end a session whose media flows: whether
 * it flows is for the media watchdog. Once the camera has refused the login, to this session or to another of the device, nothing here
 * is signed any more: each such request would count as a wrong login. Confined to the session's event loop.
 */
final class Keepalive {
    private static final Logger LOG = LoggerFactory.getLogger(Keepalive.class);

    /** However long a camera promises to wait, some (Axis among them) are safer asked this often. */
    static final int MAX_INTERVAL_SECONDS = 30;
    /** Against a camera that says {@code timeout=0}: asking more often is no use to it. */
    static final int MIN_INTERVAL_SECONDS = 2;

    private final ClientConnection connection;
    private final Timers timers;
    private final SessionMemory memory;
    private final RtspRequest.Address address;
    private final List<String> methods;
    private final long intervalNanos;
    private final Set<Tolerance> tolerances;
    private final KeepaliveListener listener;
    private boolean isLoginRefused;
    private int next;
    /** The method that was asked by last and not answered yet; empty while none is. */
    private String waiting = "";

    private Timers.Timer timer = Timers.Timer.NONE;

    /**
     * What is to be kept alive, and how.
     *
     * @param address the session's, never a track's
     * @param advertised methods that the camera says it knows
     */
    record Terms(RtspRequest.Address address, List<String> advertised, SessionHeader session, CameraHabits habits) {}

    Keepalive(
            ClientConnection connection, Timers timers, SessionMemory memory, Terms terms, KeepaliveListener listener) {
        this.connection = connection;
        this.timers = timers;
        this.memory = memory;
        this.address = terms.address();
        this.listener = listener;
        this.tolerances = connection.tolerances();
        this.methods = methods(terms.advertised(), terms.habits().keepaliveMethod());
        SessionHeader session = terms.session();
        int seconds = intervalSeconds(session.timeoutSeconds());
        int usual =
                Math.max(MIN_INTERVAL_SECONDS, terms.habits().keepaliveSeconds().orElse(seconds));
        this.intervalNanos = Math.min(seconds, usual) * 1_000_000_000L;
        memory.keptAliveBy(new SessionMemory.KeptAlive(
                methods, session.isTimeoutStated() ? OptionalInt.of(session.timeoutSeconds()) : OptionalInt.empty()));
    }

    static int intervalSeconds(int timeoutSeconds) {
        return Math.max(MIN_INTERVAL_SECONDS, Math.min(MAX_INTERVAL_SECONDS, timeoutSeconds / 2));
    }

    /**
     * VLC-based servers want GET_PARAMETER; rtsp-simple-server 0.19.3 closes on a method it does not know.
     *
     * @param usual of the camera's family: first, where it is known
     */
    private List<String> methods(List<String> advertised, Optional<String> usual) {
        List<String> methods = new ArrayList<>();
        for (String method : List.of(RtspRequest.GET_PARAMETER, RtspRequest.SET_PARAMETER)) {
            if (advertised.contains(method)) {
                methods.add(method);
            }
        }
        methods.add(RtspRequest.OPTIONS);
        if (usual.isPresent() && methods.remove(usual.get())) {
            methods.add(0, usual.get());
        }
        List<String> trusted =
                methods.stream().filter(m -> !memory.isKeepaliveDoubtful(m)).toList();
        if (trusted.size() < methods.size()) {
            tolerances.add(Tolerance.KEEPALIVE_CHANGED);
        }
        return trusted.isEmpty() ? methods : trusted;
    }

    /** The methods in a Public header, upper case. */
    static List<String> advertised(RtspHeaders headers) {
        List<String> methods = new ArrayList<>();
        for (String line : headers.all(RtspHeaders.PUBLIC)) {
            for (String method : line.split(",", -1)) {
                methods.add(method.strip().toUpperCase(Locale.ROOT));
            }
        }
        return methods;
    }

    void start() {
        timer = timers.after(intervalNanos, this::ask);
    }

    /** @param isLost the connection broke: all the answer that some cameras give to a method they do not like */
    void stop(boolean isLost) {
        timer.cancel();
        if (isLost && !waiting.isEmpty()) {
            memory.keepaliveUnanswered(waiting);
        }
    }

    private void ask() {
        String method = methods.get(next % methods.size());
        waiting = method;
        connection.signs(!isLoginRefused && !memory.isLoginDoubtful());
        connection.send(address.request(method), ClientConnection.REPLY_TIMEOUT_NANOS, reply -> onReply(method, reply));
        start();
    }

    private void onReply(String method, Optional<RtspResponse> reply) {
        waiting = "";
        if (reply.isPresent()) {
            listener.onKeptAlive();
        }
        if (reply.isPresent() && reply.get().isOk()) {
            return;
        }
        if (reply.isPresent() && reply.get().status() == RtspResponse.UNAUTHORIZED && connection.signs()) {
            isLoginRefused = true;
            connection.signs(false);
            memory.loginDoubted();
            listener.onLoginRefused(method + ": " + connection.loginRefusal());
        }
        tolerances.add(Tolerance.KEEPALIVE_CHANGED);
        if (reply.isEmpty()) {
            memory.keepaliveUnanswered(method);
        }
        if (next < methods.size() * 2) {
            // Thingino MJSXJ03HL answers 454 to each GET_PARAMETER: said a few times, then no more.
            LOG.info(
                    "{}: keepalive by {} {}",
                    address.url(),
                    method,
                    reply.map(r -> "answered " + r.status()).orElse("not answered"));
        }
        next++;
    }
}
