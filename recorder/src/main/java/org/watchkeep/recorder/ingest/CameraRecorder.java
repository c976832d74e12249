// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.ingest;

import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.watchkeep.recorder.media.FragmentSink;
import org.watchkeep.recorder.media.TrackStatistics;
import org.watchkeep.recorder.media.VideoCodec;
import org.watchkeep.recorder.rtsp.DatagramCounts;
import org.watchkeep.recorder.rtsp.RtspSession;
import org.watchkeep.recorder.rtsp.RtspSessionSettings;
import org.watchkeep.recorder.rtsp.RtspTrack;
import org.watchkeep.recorder.rtsp.SessionEnd;
import org.watchkeep.recorder.rtsp.Timers;
import org.watchkeep.retention.store.Fragment;
import org.watchkeep.retention.store.GapCause;
import org.watchkeep.retention.store.RunStart;

/**
 * Keeps one camera's stream recorded: session after session, for as long as it is not stopped. Whatever ends a session
 * becomes the cause of the gap that begins there; when to call again is for {@link Backoff}. The states are drawn at
 * {@link CameraState}.
 *
 * <p>Confined to its event loop, save {@link #status}.
 */
final class CameraRecorder implements CameraSession.Owner {
    private static final Logger LOG = LoggerFactory.getLogger(CameraRecorder.class);

    /** A session that brought media for so long was a good one: the next failure waits like a first. */
    static final long STABLE_NANOS = TimeUnit.SECONDS.toNanos(10);

    /** A camera that left so many calls unanswered, over some 15 s, waits behind those that answer. */
    static final int ABSENT_AFTER = 5;

    /** No camera hears of it, so it may be soon; whoever puts the file back looks at once whether it helped. */
    static final long PASSWORD_AGAIN_NANOS = TimeUnit.SECONDS.toNanos(5);

    private static final String NOBODY_PUSHES = "nobody has pushed yet";

    private final CameraSettings settings;
    private final CameraLoop loop;
    private final FootageSink footage;
    private final AlarmSink alarms;
    private final String userAgent;
    private final Device device;
    /** The device's for this login; without one its own. */
    private LoginBreaker breaker;

    private final Backoff backoff;
    private final Runs runs = new Runs();

    private Timers.Timer retry = Timers.Timer.NONE;
    private ConnectBudget.@Nullable Place place;
    /** The breaker has let this call go, and waits to hear of it. */
    private boolean isLoginAsked;

    private int unreachableInRow;
    private Optional<Alarm> loginAlarm = Optional.empty();
    private Optional<Alarm> pictureAlarm = Optional.empty();
    /** The login has been accepted since the start, and how often in a row it was refused after that. */
    private boolean hasLoginWorked;

    private int refusalsInRow;
    private @Nullable Runnable onStopped;

    /** For {@link #status}: written on the event loop only. */
    private volatile CameraState state = CameraState.NEW;

    private volatile String detail = "";
    private volatile Optional<CameraStatus.Terms> terms = Optional.empty();
    private volatile Sessions sessions = new Sessions(Totals.NONE, Optional.empty());

    CameraRecorder(
            CameraSettings settings,
            Device device,
            CameraLoop loop,
            FootageSink footage,
            AlarmSink alarms,
            String userAgent) {
        this.settings = settings;
        this.device = device;
        this.breaker = settings.login().map(device::breaker).orElseGet(LoginBreaker::new);
        this.loop = loop;
        this.footage = footage;
        this.alarms = alarms;
        this.backoff = new Backoff(loop.random());
        this.userAgent = userAgent;
    }

    /** Begins to call the camera, as soon as the budget of all cameras allows; one that pushes is waited for. */
    void start() {
        if (state != CameraState.NEW) {
            throw new IllegalStateException(settings.label() + " was started before");
        }
        if (settings.isPushed()) {
            runs.end(GapCause.CAMERA_UNREACHABLE, NOBODY_PUSHES);
            become(CameraState.WAITING, NOBODY_PUSHES);
            return;
        }
        waitThenConnect(0, CameraState.WAITING, "");
    }

    private void waitThenConnect(long delayNanos, CameraState waitingAs, String why) {
        become(waitingAs, why);
        retry = loop.timers().after(delayNanos, this::queue);
    }

    /** Takes its place in the line of all cameras that are to be called. */
    private void queue() {
        Optional<String> missing = settings.missingLogin();
        if (missing.isPresent()) {
            waitForPassword(missing.get());
            return;
        }
        breaker = settings.login().map(device::breaker).orElse(breaker);
        boolean isAbsent = unreachableInRow >= ABSENT_AFTER;
        place = loop.budget().ask(device, isAbsent, () -> loop.executor().execute(this::onTurn));
    }

    /** Called without it the camera would refuse us, and count that. */
    private void waitForPassword(String missing) {
        if (loginAlarm.isEmpty()) {
            runs.end(GapCause.LOGIN_REFUSED, missing);
            raiseLoginAlarm(missing);
        }
        waitThenConnect(PASSWORD_AGAIN_NANOS, CameraState.LOGIN_REFUSED, GapCause.LOGIN_REFUSED + ": " + missing);
    }

    private void onTurn() {
        if (onStopped != null || place == null) {
            return;
        }
        long now = loop.clock().monoNanos();
        if (breaker.ask(now) == LoginBreaker.Answer.WAIT) {
            leavePlace();
            waitForLogin(now);
            return;
        }
        isLoginAsked = true;
        connect();
    }

    /** Another stream of the device is finding out whether the login is right, or has found that it is not. */
    private void waitForLogin(long now) {
        long wait = breaker.waitNanos(now);
        long jittered = wait + loop.random().nextLong(LoginBreaker.TRYING_NANOS);
        if (!breaker.isShut(now)) {
            waitThenConnect(jittered, state, detail);
            return;
        }
        String why = "the device " + device + " has refused this login to other streams";
        runs.end(GapCause.LOGIN_REFUSED, why);
        retryAfter(jittered, CameraState.LOGIN_REFUSED, GapCause.LOGIN_REFUSED, why);
    }

    private void leavePlace() {
        if (place != null) {
            place.release();
            place = null;
        }
    }

    private void connect() {
        become(CameraState.CONNECTING, detail);
        RtspSessionSettings call = new RtspSessionSettings(
                settings.label(),
                settings.address(),
                settings.login(),
                userAgent,
                settings.transport(),
                settings.tls(),
                settings.habits());
        begin(session -> MediaLink.of(
                new RtspSession(call, loop.connector(), loop.timers(), loop.random(), device.memory(), session)));
    }

    private void begin(Function<RtspSession.Listener, MediaLink> linkTo) {
        CameraSession begun = new CameraSession(settings.label(), loop, runs, this, linkTo);
        sessions = new Sessions(sessions.earlier(), Optional.of(begun));
        begun.start();
    }

    /** Somebody pushes to this camera's address. Nobody else does: that is the {@link PushReceiver}'s care. */
    void accept(Function<RtspSession.Listener, MediaLink> publisher) {
        if (onStopped != null
                || state == CameraState.STOPPED
                || sessions.current().isPresent()) {
            // The session that tells nobody: it only says goodbye.
            new CameraSession(settings.label(), loop, runs, new Refusing(), publisher)
                    .close("recording is being stopped");
            return;
        }
        become(CameraState.CONNECTING, "");
        begin(publisher);
    }

    /** For a publisher that came too late. */
    private static final class Refusing implements CameraSession.Owner {
        @Override
        public void onTrack(RtspTrack track) {}

        @Override
        public void onMedia() {}

        @Override
        public void onPicture() {}

        @Override
        public void onNoPicture(String why) {}

        @Override
        public void onLoginRefused(String why) {}

        @Override
        public void onEnd(SessionEnd end, boolean isMediaMissing) {}
    }

    private void become(CameraState next, String why) {
        state = next;
        detail = why;
    }

    @Override
    public void onTrack(RtspTrack track) {
        breaker.accepted();
        loginSaid();
        String auth = sessions.current().map(CameraSession::authLabel).orElse("none");
        if (auth.equals("basic") && terms.isEmpty()) {
            LOG.warn("{}: the camera takes the password only in clear (Basic)", settings.label());
        }
        String encoding = track.format().encodingName();
        String codec = VideoCodec.ofEncodingName(encoding)
                .map(VideoCodec::label)
                .orElseGet(() -> encoding.toLowerCase(Locale.ROOT));
        terms = Optional.of(new CameraStatus.Terms(track.transport(), codec, auth));
    }

    @Override
    public void onMedia() {
        become(CameraState.RECORDING, "");
        leavePlace();
        unreachableInRow = 0;
        hasLoginWorked = true;
        refusalsInRow = 0;
        if (loginAlarm.isPresent()) {
            alarms.clear(loginAlarm.get());
            loginAlarm = Optional.empty();
            breaker.alarmOver();
        }
        LOG.info("{}: media comes", settings.label());
    }

    private void loginSaid() {
        if (isLoginAsked) {
            isLoginAsked = false;
            breaker.over();
        }
    }

    @Override
    public void onPicture() {
        if (pictureAlarm.isPresent()) {
            alarms.clear(pictureAlarm.get());
            pictureAlarm = Optional.empty();
        }
        if (state == CameraState.CONNECTING) {
            become(CameraState.RECORDING, "");
        }
    }

    /** The connection stays: a key picture may come yet, and another session would bring no other packets. */
    @Override
    public void onNoPicture(String why) {
        LOG.warn("{}: {}", settings.label(), why);
        if (onStopped != null) {
            return;
        }
        runs.missing(GapCause.NO_MEDIA, why);
        become(CameraState.CONNECTING, GapCause.NO_MEDIA + ": " + why);
        if (pictureAlarm.isEmpty()) {
            Alarm alarm = new Alarm(settings.stream(), Alarm.Kind.NO_PICTURES, why);
            pictureAlarm = Optional.of(alarm);
            alarms.raise(alarm);
        }
    }

    /** Footage goes on; the next call would be refused. */
    @Override
    public void onLoginRefused(String why) {
        breaker.refused(loop.clock().monoNanos());
        raiseLoginAlarm("while it plays: " + why);
    }

    private void raiseLoginAlarm(String why) {
        if (loginAlarm.isEmpty() && breaker.mayAlarm()) {
            Alarm alarm = new Alarm(settings.stream(), Alarm.Kind.LOGIN_REFUSED, why);
            loginAlarm = Optional.of(alarm);
            alarms.raise(alarm);
        }
    }

    @Override
    public void onEnd(SessionEnd end, boolean isMediaMissing) {
        CameraSession ended = sessions.current().orElseThrow();
        sessions = new Sessions(sessions.totals(), Optional.empty());
        leavePlace();
        boolean isRefused = end.reason() == SessionEnd.Reason.LOGIN_REFUSED;
        boolean isFirstRefusal = isRefused && breaker.refused(loop.clock().monoNanos());
        loginSaid();
        if (onStopped != null) {
            stopped(onStopped);
            return;
        }
        if (ended.mediaNanos() >= STABLE_NANOS) {
            backoff.reset();
        }
        unreachableInRow = end.reason() == SessionEnd.Reason.UNREACHABLE ? unreachableInRow + 1 : 0;
        if (isRefused) {
            onLoginRefused(end, isFirstRefusal);
            return;
        }
        GapCause cause = isMediaMissing ? GapCause.NO_MEDIA : cause(end.reason());
        runs.end(cause, end.detail());
        if (settings.isPushed()) {
            LOG.info("{}: {} ({}), until somebody pushes again", settings.label(), cause, end.detail());
            become(CameraState.WAITING, cause + ": " + end.detail());
            return;
        }
        retryAfter(backoff.afterFailure(), CameraState.WAITING, cause, end.detail());
    }

    private static GapCause cause(SessionEnd.Reason reason) {
        return switch (reason) {
            case UNREACHABLE -> GapCause.CAMERA_UNREACHABLE;
            case LOST, CLOSED -> GapCause.CONNECTION_LOST;
            case LOGIN_REFUSED -> GapCause.LOGIN_REFUSED;
            case REFUSED -> GapCause.CAMERA_REFUSED;
            case BAD_STREAM -> GapCause.BAD_STREAM;
            case SILENT -> GapCause.NO_MEDIA;
        };
    }

    /**
     * One alarm and a long wait: a camera bans whoever goes on trying. Dahua answers 401 when its connections are used up,
     * so the first refusal of a login that has worked is taken for that and tried once more.
     *
     * @param isFirst the device has refused it to no other stream since it was accepted
     */
    private void onLoginRefused(SessionEnd end, boolean isFirst) {
        refusalsInRow++;
        if (isFirst && hasLoginWorked && refusalsInRow == 1) {
            String why = end.detail() + "; it was accepted before: are the camera's connections used up?";
            runs.end(GapCause.CAMERA_REFUSED, why);
            retryAfter(Backoff.LIMIT_NANOS, CameraState.WAITING, GapCause.CAMERA_REFUSED, why);
            return;
        }
        runs.end(GapCause.LOGIN_REFUSED, end.detail());
        raiseLoginAlarm(end.detail());
        retryAfter(backoff.afterRefusedLogin(), CameraState.LOGIN_REFUSED, GapCause.LOGIN_REFUSED, end.detail());
    }

    private void retryAfter(long delayNanos, CameraState waitingAs, GapCause cause, String why) {
        String advice = cause == GapCause.LOGIN_REFUSED ? "; correct the login and restart to try at once" : "";
        LOG.info("{}: {} ({}), next try in {}{}", settings.label(), cause, why, Backoff.text(delayNanos), advice);
        waitThenConnect(delayNanos, waitingAs, cause + ": " + why);
    }

    /**
     * Ends recording: TEARDOWN where there is a session, the open fragment handed on, the gap's cause said.
     *
     * @param done called on the event loop when all that has happened, within a second or so
     */
    void stop(Runnable done) {
        if (state == CameraState.STOPPED) {
            done.run();
            return;
        }
        if (onStopped != null) {
            throw new IllegalStateException(settings.label() + " is being stopped already");
        }
        onStopped = done;
        become(CameraState.STOPPING, "");
        retry.cancel();
        leavePlace();
        sessions.current().ifPresentOrElse(session -> session.close("recording is being stopped"), () -> stopped(done));
    }

    private void stopped(Runnable done) {
        runs.end(GapCause.RECORDER_STOPPED, "");
        footage.close(GapCause.RECORDER_STOPPED, "");
        become(CameraState.STOPPED, "");
        done.run();
    }

    /** Any thread. */
    CameraStatus status() {
        Totals totals = sessions.totals();
        return new CameraStatus(
                settings.id(),
                settings.number(),
                settings.name(),
                terms,
                state,
                detail,
                totals.sessions(),
                totals.packets(),
                totals.lostPackets(),
                totals.datagrams(),
                totals.damagedAccessUnits(),
                footage.status(),
                Optional.empty());
    }

    /** One value, so that a reader counts no session twice when it ends. */
    private record Sessions(Totals earlier, Optional<CameraSession> current) {
        Totals totals() {
            return current.isEmpty() ? earlier : earlier.with(current.get());
        }
    }

    /** Counts of several sessions. Immutable. */
    private record Totals(
            long sessions, long packets, long lostPackets, DatagramCounts datagrams, long damagedAccessUnits) {
        static final Totals NONE = new Totals(0, 0, 0, DatagramCounts.NONE, 0);

        Totals with(CameraSession session) {
            Optional<TrackStatistics> more = session.statistics();
            if (more.isEmpty()) {
                return this;
            }
            TrackStatistics track = more.get();
            return new Totals(
                    sessions + (track.packets() > 0 ? 1 : 0),
                    packets + track.packets(),
                    lostPackets + track.lostPackets(),
                    datagrams.plus(session.datagrams()),
                    damagedAccessUnits + track.damagedAccessUnits());
        }
    }

    /** The track's runs as the store sees them, and where the footage ends. */
    final class Runs implements FragmentSink {
        private boolean open;
        private long endMonoNanos = Long.MIN_VALUE;

        /** Where the newest fragment ends; {@link Long#MIN_VALUE} before the first. */
        long endMonoNanos() {
            return endMonoNanos;
        }

        @Override
        public void onRun(RunStart start) {
            footage.beginRun(start);
            open = true;
        }

        @Override
        public void onRunEnd(GapCause cause, String why) {
            end(cause, why);
        }

        @Override
        public void onNotes(String further) {
            footage.note(further);
        }

        @Override
        public void onFragment(Fragment fragment) {
            endMonoNanos = Math.max(endMonoNanos, fragment.endMonoNanos());
            footage.append(fragment);
        }

        /** Nothing is kept at present. Where a run is open the track knows better what to make of it. */
        void missing(GapCause cause, String why) {
            if (!open) {
                footage.gapCause(cause, why);
            }
        }

        void end(GapCause cause, String why) {
            if (open) {
                open = false;
                footage.endRun(cause, why);
            } else {
                footage.gapCause(cause, why);
            }
        }
    }
}
