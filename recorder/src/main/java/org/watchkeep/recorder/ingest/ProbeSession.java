// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.ingest;

import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.watchkeep.recorder.media.BoxFormatException;
import org.watchkeep.recorder.media.FragmentSink;
import org.watchkeep.recorder.media.MovieFragment;
import org.watchkeep.recorder.media.TrackStatistics;
import org.watchkeep.recorder.media.VideoCodec;
import org.watchkeep.recorder.media.VideoTrack;
import org.watchkeep.recorder.media.VideoTrackSettings;
import org.watchkeep.recorder.rtp.StreamFormatException;
import org.watchkeep.recorder.rtp.StreamOrigin;
import org.watchkeep.recorder.rtsp.RtspSession;
import org.watchkeep.recorder.rtsp.RtspSessionSettings;
import org.watchkeep.recorder.rtsp.RtspTrack;
import org.watchkeep.recorder.rtsp.SessionEnd;
import org.watchkeep.recorder.rtsp.SessionMemory;
import org.watchkeep.recorder.rtsp.Timers;
import org.watchkeep.retention.store.Fragment;
import org.watchkeep.retention.store.GapCause;
import org.watchkeep.retention.store.RunStart;

/**
 * One session that is only looked at: the recorder's own client and track, with fragments counted instead of kept. Confined
 * to its event loop; what it saw may be read by anyone once {@link #ended} is done.
 */
final class ProbeSession implements RtspSession.Listener, FragmentSink {
    /** Connecting, four requests with their answers, and a fall-back: a camera that takes longer is not answering. */
    static final long DIALOGUE_NANOS = TimeUnit.SECONDS.toNanos(20);

    private final RtspSessionSettings settings;
    private final CameraLoop loop;
    private final RtspSession rtsp;
    private final long lengthNanos;
    private final CompletableFuture<ProbeSession> ended = new CompletableFuture<>();

    private @Nullable VideoTrack track;
    private Optional<RtspTrack> setUp = Optional.empty();
    private Optional<SessionEnd> end = Optional.empty();
    private Timers.Timer limit = Timers.Timer.NONE;
    private Timers.Timer tick = Timers.Timer.NONE;
    private long arrivalMonoNanos;
    private long arrivalUtcMicros;
    private boolean isMediaSeen;

    private long pictures;
    private long mediaTicks;
    private long bytes;
    private long keys;
    private long firstKeyTicks;
    private long lastKeyTicks;

    ProbeSession(RtspSessionSettings settings, SessionMemory memory, CameraLoop loop, long lengthNanos) {
        this.settings = settings;
        this.loop = loop;
        this.lengthNanos = lengthNanos;
        this.rtsp = new RtspSession(settings, loop.connector(), loop.timers(), loop.random(), memory, this);
    }

    CompletableFuture<ProbeSession> start() {
        limit = loop.timers().after(DIALOGUE_NANOS, () -> rtsp.close("no stream in time"));
        rtsp.start();
        return ended;
    }

    @Override
    public void onTrack(RtspTrack granted) {
        setUp = Optional.of(granted);
        Optional<VideoCodec> codec = VideoCodec.ofEncodingName(granted.format().encodingName());
        if (codec.isEmpty()) {
            rtsp.close("no track for " + granted.format().encodingName());
            return;
        }
        VideoTrackSettings media = new VideoTrackSettings(
                new StreamOrigin(settings.camera(), granted.connection(), granted.channel()),
                granted.format().payloadType(),
                granted.format().clockRate(),
                granted.format().fmtp(),
                loop.slabs(),
                Long.MIN_VALUE);
        track = codec.get().track(media, this);
    }

    @Override
    public void onPlaying() {
        limit.cancel();
        limit = loop.timers().after(lengthNanos, () -> rtsp.close("measured"));
        tick = loop.timers().each(CameraSession.TICK_NANOS, this::onTick);
    }

    private void onTick() {
        if (track != null) {
            track.onTick(loop.clock().monoNanos());
        }
    }

    @Override
    public void onBytes() {
        arrivalMonoNanos = loop.clock().monoNanos();
        arrivalUtcMicros = loop.clock().utcMicros();
    }

    @Override
    public void onRtp(ByteBuf packet) throws StreamFormatException {
        isMediaSeen = true;
        if (track != null) {
            track.onRtp(packet, arrivalMonoNanos, arrivalUtcMicros);
        }
    }

    @Override
    public void onRtcp(ByteBuf packet) {
        if (track != null) {
            track.onRtcp(packet, arrivalMonoNanos, arrivalUtcMicros);
        }
    }

    @Override
    public void onEnd(SessionEnd how) {
        limit.cancel();
        tick.cancel();
        if (track != null) {
            track.leave();
        }
        end = Optional.of(how);
        ended.complete(this);
    }

    @Override
    public void onRun(RunStart start) {
        // Another run is another configuration or clock: distances between key pictures do not reach across.
        keys = 0;
    }

    @Override
    public void onRunEnd(GapCause cause, String detail) {
        // Nothing is kept, so nothing is missing.
    }

    @Override
    public void onFragment(Fragment fragment) {
        try {
            ByteBuffer whole = ByteBuffer.allocate(fragment.sizeBytes());
            fragment.pieces().forEach(piece -> whole.put(piece.duplicate()));
            for (MovieFragment.Sample sample : MovieFragment.read(whole.flip()).samples()) {
                count(sample);
            }
        } catch (BoxFormatException e) {
            throw new IllegalStateException("our own fragment cannot be read", e);
        } finally {
            fragment.release().run();
        }
    }

    private void count(MovieFragment.Sample sample) {
        pictures++;
        mediaTicks += sample.durationTicks();
        bytes += sample.sizeBytes();
        if (sample.isKey()) {
            firstKeyTicks = keys == 0 ? sample.ticks() : firstKeyTicks;
            lastKeyTicks = sample.ticks();
            keys++;
        }
    }

    Optional<RtspTrack> setUp() {
        return setUp;
    }

    SessionEnd end() {
        return end.orElseThrow();
    }

    String auth() {
        return rtsp.authLabel();
    }

    boolean isMediaSeen() {
        return isMediaSeen;
    }

    Optional<TrackStatistics> statistics() {
        return Optional.ofNullable(track).map(VideoTrack::statistics);
    }

    long pictures() {
        return pictures;
    }

    long keys() {
        return keys;
    }

    /** Length of the pictures that came, by the camera's media clock. */
    double mediaSeconds() {
        return mediaTicks / (double) TICKS_PER_SECOND;
    }

    long bytes() {
        return bytes;
    }

    /** From the first key picture to the last one of the newest run. */
    double keySeconds() {
        return (lastKeyTicks - firstKeyTicks) / (double) TICKS_PER_SECOND;
    }

    /** Fragments count in the 90 kHz of all video, whatever clock the camera has. */
    private static final long TICKS_PER_SECOND = 90_000;
}
