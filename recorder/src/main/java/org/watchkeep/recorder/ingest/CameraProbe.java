// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.ingest;

import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.watchkeep.recorder.media.SlabPool;
import org.watchkeep.recorder.media.TrackStatistics;
import org.watchkeep.recorder.media.VideoCodec;
import org.watchkeep.recorder.rtsp.Credentials;
import org.watchkeep.recorder.rtsp.RtspSessionSettings;
import org.watchkeep.recorder.rtsp.RtspTrack;
import org.watchkeep.recorder.rtsp.RtspUrl;
import org.watchkeep.recorder.rtsp.SessionEnd;
import org.watchkeep.recorder.rtsp.SessionMemory;
import org.watchkeep.recorder.rtsp.TcpConnector;
import org.watchkeep.recorder.rtsp.Timers;
import org.watchkeep.recorder.rtsp.TlsTrust;
import org.watchkeep.recorder.rtsp.TransportChoice;
import org.watchkeep.retention.store.Fragment;
import org.watchkeep.retention.store.StoreClock;

/**
 * Calls one camera as the recorder would, looks at what comes for a while, and tries each transport. It has an event loop of
 * its own; called by any other thread, which waits.
 */
public final class CameraProbe {
    /** How long a further transport is tried: a fall-back takes 3 s, a key picture of an ordinary camera 2 s. */
    private static final long SHORT_NANOS = TimeUnit.SECONDS.toNanos(4);

    /** Longer than a session may take besides its length. */
    private static final long PATIENCE_SECONDS = 60;

    private final RecorderSettings settings;
    private final StoreClock clock;
    private final RandomGenerator random;

    public CameraProbe(RecorderSettings settings, StoreClock clock, RandomGenerator random) {
        this.settings = settings;
        this.clock = clock;
        this.random = random;
    }

    /**
     * Whom to call. Immutable.
     *
     * @param transport {@code AUTO} tries them all
     * @param length how long pictures are looked at
     */
    public record Target(
            RtspUrl url, Optional<Credentials> credentials, TransportChoice transport, TlsTrust tls, Duration length) {
        public Target {
            RtspSessionSettings.requireTransport(url, transport);
        }
    }

    /** Takes the target's length, some seconds for each further transport, and what the camera takes to answer. */
    public ProbeReport probe(Target target) throws InterruptedException {
        EventLoopGroup loops = settings.transport().loops(1, "probe");
        ExecutorService names = Executors.newSingleThreadExecutor(new DefaultThreadFactory("name-lookup", true));
        try {
            EventLoop loop = loops.next();
            Timers timers = Timers.of(loop);
            CameraLoop room = new CameraLoop(
                    loop,
                    new TcpConnector(settings.transport(), loop, names),
                    timers,
                    clock,
                    random,
                    new SlabPool(),
                    new ConnectBudget(settings.connects(), loop, timers, clock::monoNanos));
            return measure(target, room);
        } finally {
            loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
            names.shutdownNow();
        }
    }

    private ProbeReport measure(Target target, CameraLoop room) throws InterruptedException {
        SessionMemory memory = new SessionMemory();
        ProbeSession main =
                run(target, target.transport(), memory, room, target.length().toNanos());
        List<String> transports = new ArrayList<>();
        brought(main).ifPresent(transports::add);
        // A refused login is tried no further: cameras ban whoever goes on.
        boolean mayTryOthers = main.end().reason() != SessionEnd.Reason.LOGIN_REFUSED
                && main.end().reason() != SessionEnd.Reason.UNREACHABLE
                && target.transport() == TransportChoice.AUTO
                && !target.url().isTls();
        if (mayTryOthers) {
            for (TransportChoice other : List.of(TransportChoice.TCP, TransportChoice.UDP)) {
                boolean isKnown = transports.contains(other == TransportChoice.TCP ? "tcp" : "udp");
                if (!isKnown) {
                    brought(run(target, other, new SessionMemory(), room, SHORT_NANOS))
                            .filter(transport -> !transports.contains(transport))
                            .ifPresent(transports::add);
                }
            }
        }
        return report(main, memory, transports);
    }

    private ProbeSession run(
            Target target, TransportChoice transport, SessionMemory memory, CameraLoop room, long lengthNanos)
            throws InterruptedException {
        RtspSessionSettings session = new RtspSessionSettings(
                "probe", target.url(), target.credentials(), settings.userAgent(), transport, target.tls());
        CompletableFuture<ProbeSession> ended = CompletableFuture.supplyAsync(
                        () -> new ProbeSession(session, memory, room, lengthNanos), room.executor())
                .thenCompose(ProbeSession::start)
                .orTimeout(TimeUnit.NANOSECONDS.toSeconds(lengthNanos) + PATIENCE_SECONDS, TimeUnit.SECONDS);
        return ended.join();
    }

    /** The transport by which packets came. */
    private static Optional<String> brought(ProbeSession session) {
        return session.isMediaSeen() ? session.setUp().map(RtspTrack::transport) : Optional.empty();
    }

    private static ProbeReport report(ProbeSession session, SessionMemory memory, List<String> transports) {
        Map<String, String> reasons = new HashMap<>();
        Optional<TrackStatistics> seen = session.statistics().filter(track -> track.packets() > 0);
        String why = session.end().detail();
        boolean hasPictures = session.pictures() > 0;
        // Of one picture alone the length is not known.
        boolean hasRates = session.pictures() > 1;
        if (!hasPictures) {
            String none = seen.isPresent() ? "no whole picture came" : why;
            for (String field : List.of("width", "height", "fps", "gopSeconds", "bitrate")) {
                reasons.put(field, none);
            }
        } else if (!hasRates) {
            for (String field : List.of("fps", "bitrate")) {
                reasons.put(field, "only one picture came in this time: look longer, with --for");
            }
        }
        Optional<String> codec = session.setUp()
                .flatMap(track -> VideoCodec.ofEncodingName(track.format().encodingName()))
                .map(VideoCodec::label);
        if (codec.isEmpty()) {
            reasons.put("codec", why);
        }
        if (hasPictures && session.keys() < 2) {
            reasons.put("gopSeconds", "fewer than two key pictures came in this time: look longer, with --for");
        }
        if (transports.isEmpty()) {
            reasons.put("transports", "no packet came by any: " + why);
        }
        Optional<SessionMemory.KeptAlive> kept = memory.keptAlive();
        OptionalInt timeout =
                kept.map(SessionMemory.KeptAlive::statedTimeoutSeconds).orElse(OptionalInt.empty());
        if (timeout.isEmpty()) {
            reasons.put("sessionTimeout", kept.isPresent() ? "the camera names none; 60 s is the standard's" : why);
        }
        if (kept.isEmpty()) {
            reasons.put("keepalive", why);
        }
        if (seen.isEmpty()) {
            reasons.put("senderReports", why);
        }
        long offset = seen.map(TrackStatistics::cameraOffsetMicros).orElse(Fragment.OFFSET_UNKNOWN);
        if (offset == Fragment.OFFSET_UNKNOWN) {
            reasons.put("clockOffsetMs", seen.isPresent() ? "no plausible sender report came" : why);
        }
        boolean isUnreachable = session.end().reason() == SessionEnd.Reason.UNREACHABLE;
        if (isUnreachable) {
            reasons.put("auth", why);
        }
        double seconds = session.mediaSeconds();
        return new ProbeReport(
                hasPictures
                        ? ProbeReport.Outcome.MEASURED
                        : isUnreachable ? ProbeReport.Outcome.UNREACHABLE : ProbeReport.Outcome.NO_STREAM,
                hasPictures ? "" : why,
                codec,
                hasPictures ? OptionalInt.of(seen.orElseThrow().width()) : OptionalInt.empty(),
                hasPictures ? OptionalInt.of(seen.orElseThrow().height()) : OptionalInt.empty(),
                hasRates ? OptionalDouble.of(session.pictures() / seconds) : OptionalDouble.empty(),
                session.keys() < 2
                        ? OptionalDouble.empty()
                        : OptionalDouble.of(session.keySeconds() / (session.keys() - 1)),
                hasRates ? OptionalLong.of(Math.round(session.bytes() * 8 / seconds)) : OptionalLong.empty(),
                isUnreachable ? Optional.empty() : Optional.of(session.auth()),
                transports,
                timeout,
                kept.map(SessionMemory.KeptAlive::methods).orElse(List.of()),
                seen.isPresent() ? OptionalLong.of(seen.get().senderReports()) : OptionalLong.empty(),
                offset == Fragment.OFFSET_UNKNOWN ? OptionalDouble.empty() : OptionalDouble.of(offset / 1e3),
                reasons);
    }
}
