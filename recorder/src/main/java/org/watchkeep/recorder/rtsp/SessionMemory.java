// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.rtsp;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * What sessions have learnt about a device that the next one should know. Several streams of one camera or recorder, and so
 * several event loops, share it: any thread, nothing waits.
 */
public final class SessionMemory {
    /** Half of what a connection may have under way at once; the sessions beyond these end by their own timeout. */
    static final int MAX_ABANDONED = ClientConnection.MAX_OUTSTANDING / 2;

    /** A session that was cut off and that the camera may still hold, or still send. */
    record Abandoned(String id, RtspUrl url) {}

    /**
     * How the device's newest session is kept alive. Immutable.
     *
     * @param methods in the order they are tried
     * @param statedTimeoutSeconds empty where the device names none
     */
    public record KeptAlive(List<String> methods, OptionalInt statedTimeoutSeconds) {
        public KeptAlive {
            methods = List.copyOf(methods);
        }
    }

    private volatile Optional<KeptAlive> keptAlive = Optional.empty();
    private final Set<String> unansweredKeepalives = ConcurrentHashMap.newKeySet();
    private final Queue<Abandoned> abandoned = new ConcurrentLinkedQueue<>();
    private final Set<String> brokenLogins = ConcurrentHashMap.newKeySet();
    private final Set<Credentials> workedLogins = ConcurrentHashMap.newKeySet();

    private volatile boolean isLoginDoubtful;
    private volatile Optional<Boolean> udpLearnt = Optional.empty();

    /** Which transport to ask for first where the choice is ours: the device refused the other, or nothing came by it. */
    void preferUdp(boolean udp) {
        udpLearnt = Optional.of(udp);
    }

    /** @param otherwise what is known of its family */
    boolean isUdpPreferred(boolean otherwise) {
        return udpLearnt.orElse(otherwise);
    }

    void keptAliveBy(KeptAlive how) {
        keptAlive = Optional.of(how);
    }

    /** Empty before a session played. */
    public Optional<KeptAlive> keptAlive() {
        return keptAlive;
    }

    /** GW Security leaves GET_PARAMETER unanswered and then drops the connection: another method next time. */
    void keepaliveUnanswered(String method) {
        unansweredKeepalives.add(method);
    }

    boolean isKeepaliveDoubtful(String method) {
        return unansweredKeepalives.contains(method);
    }

    void abandon(Abandoned session) {
        if (abandoned.size() >= MAX_ABANDONED) {
            abandoned.poll();
        }
        abandoned.add(session);
    }

    /** Each taken once, by whichever stream calls first. */
    List<Abandoned> takeAbandoned() {
        List<Abandoned> taken = new ArrayList<>();
        for (Abandoned session = abandoned.poll(); session != null; session = abandoned.poll()) {
            taken.add(session);
        }
        return taken;
    }

    /**
     * The device took this login.
     *
     * @param refusedKinds labels of the kinds it had offered and refused just before: they do not work here
     */
    void loginWorked(Credentials who, Set<String> refusedKinds) {
        brokenLogins.addAll(refusedKinds);
        workedLogins.add(who);
        isLoginDoubtful = false;
    }

    /** The device has refused a login to a session that plays: its others need not be refused as well to know. */
    void loginDoubted() {
        isLoginDoubtful = true;
    }

    /** Until the device takes a login again, sessions that play do not show theirs. */
    boolean isLoginDoubtful() {
        return isLoginDoubtful;
    }

    /** The device has taken these before, so a refusal is not about the kind of login. */
    boolean hasLoginWorked(Credentials who) {
        return workedLogins.contains(who);
    }

    /** The device offers this kind of login and refuses it with credentials that are right. */
    boolean isLoginBroken(String label) {
        return brokenLogins.contains(label);
    }
}
