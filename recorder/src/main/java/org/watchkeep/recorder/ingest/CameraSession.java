// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.ingest;

import io.netty.buffer.ByteBuf;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.watchkeep.recorder.media.TrackStatistics;
import org.watchkeep.recorder.media.VideoCodec;
import org.watchkeep.recorder.media.VideoTrack;
import org.watchkeep.recorder.media.VideoTrackSettings;
import org.watchkeep.recorder.rtp.StreamFormatException;
import org.watchkeep.recorder.rtp.StreamOrigin;
import org.watchkeep.recorder.rtsp.DatagramCounts;
import org.watchkeep.recorder.rtsp.RtspSession;
import org.watchkeep.recorder.rtsp.RtspTrack;
import org.watchkeep.recorder.rtsp.SessionEnd;
import org.watchkeep.recorder.rtsp.Timers;

/**
 * One session of one camera: brings packets from its {@link MediaLink} to the {@link VideoTrack}, ends a session whose media
 * has stopped, and says when packets come that no picture can be kept of. Used once. Confined to its event loop, save
 * {@link #statistics} and {@link #datagrams}.
 */
final class CameraSession implements RtspSession.Listener {
    private static final Logger LOG = LoggerFactory.getLogger(CameraSession.class);

    /** The watchdog: a connection that stands and brings nothing for so long is no recording. */
    static final long NO_MEDIA_NANOS = TimeUnit.SECONDS.toNanos(5);

    /**
     * The slowest time-lapse pauses for longer than the watchdog waits: a camera that meanwhile reports or answers lives, and
     * may be silent for so long. Twice what a track takes for one picture's time, so that one missed picture costs no session.
     */
    static final long LIVING_NO_MEDIA_NANOS = TimeUnit.SECONDS.toNanos(20);

    /** Packets for so long and no picture: most cameras send key pictures seconds apart. */
    static final long NO_PICTURE_NANOS = TimeUnit.SECONDS.toNanos(15);

    /** Often enough for the track to cut a fragment 1.5 s after the last picture, seldom enough to cost nothing. */
    static final long TICK_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

    /** What a session tells the camera's recorder. */
    interface Owner {
        /** The track is set up. */
        void onTrack(RtspTrack track);

        /** The first packet came. */
        void onMedia();

        /** A picture was kept: the first one, and the first after {@link #onNoPicture}. */
        void onPicture();

        /** Packets have come for {@link #NO_PICTURE_NANOS} and no picture was kept of them. */
        void onNoPicture(String why);

        /** The camera refused the login, and plays on. */
        void onLoginRefused(String why);

        /** The session is over, and the last fragment was handed on. */
        void onEnd(SessionEnd end, boolean isMediaMissing);
    }

    private final String camera;
    private final CameraLoop loop;
    private final CameraRecorder.Runs runs;
    private final Owner owner;
    private final MediaLink link;

    private volatile @Nullable VideoTrack track;
    private volatile DatagramCounts datagrams = DatagramCounts.NONE;
    private long arrivalMonoNanos;
    private long arrivalUtcMicros;
    private long firstMediaMonoNanos;
    private long lastMediaMonoNanos;
    private long lastLifeMonoNanos = Long.MIN_VALUE;
    private long reportsSeen;
    private final PictureWatch pictures = new PictureWatch(NO_PICTURE_NANOS);
    private boolean isMediaSeen;
    private boolean isMediaMissing;
    private boolean isReadAtOnce;
    private Timers.Timer tick = Timers.Timer.NONE;

    /** @param linkTo makes the link that tells this session */
    CameraSession(
            String camera,
            CameraLoop loop,
            CameraRecorder.Runs runs,
            Owner owner,
            Function<RtspSession.Listener, MediaLink> linkTo) {
        this.camera = camera;
        this.loop = loop;
        this.runs = runs;
        this.owner = owner;
        this.link = linkTo.apply(this);
    }

    void start() {
        link.start();
    }

    void close(String why) {
        link.close(why);
    }

    String authLabel() {
        return link.authLabel();
    }

    /** From the first packet to the last one. */
    long mediaNanos() {
        return isMediaSeen ? lastMediaMonoNanos - firstMediaMonoNanos : 0;
    }

    /** Empty before a track was set up. Any thread. */
    Optional<TrackStatistics> statistics() {
        return Optional.ofNullable(track).map(VideoTrack::statistics);
    }

    /** As it was at the last tick, or at the end. Any thread. */
    DatagramCounts datagrams() {
        return datagrams;
    }

    @Override
    public void onTrack(RtspTrack setUp) {
        Optional<VideoCodec> codec = VideoCodec.ofEncodingName(setUp.format().encodingName());
        if (codec.isEmpty()) {
            close("no track for " + setUp.format().encodingName());
            return;
        }
        StreamOrigin origin = new StreamOrigin(camera, setUp.connection(), setUp.channel());
        VideoTrackSettings media = new VideoTrackSettings(
                origin,
                setUp.format().payloadType(),
                setUp.format().clockRate(),
                setUp.format().fmtp(),
                loop.slabs(),
                runs.endMonoNanos(),
                setUp.tolerances());
        track = codec.get().track(media, runs);
        owner.onTrack(setUp);
    }

    @Override
    public void onPlaying() {
        if (!isMediaSeen) {
            lastMediaMonoNanos = loop.clock().monoNanos();
        }
        tick = loop.timers().each(TICK_NANOS, this::tick);
    }

    private void tick() {
        datagrams = link.datagrams();
        long now = loop.clock().monoNanos();
        VideoTrack playing = track;
        try {
            if (playing != null) {
                playing.onTick(now);
                watch(playing.statistics(), now);
            }
        } catch (RuntimeException e) {
            LOG.error("{}: the track failed", camera, e);
            close("a fault in the recorder: " + e);
        }
        long silentNanos = now - lastMediaMonoNanos;
        boolean isAlive = lastLifeMonoNanos != Long.MIN_VALUE && now - lastLifeMonoNanos < NO_MEDIA_NANOS;
        if (silentNanos >= (isAlive ? LIVING_NO_MEDIA_NANOS : NO_MEDIA_NANOS)) {
            isMediaMissing = true;
            close("no media for " + TimeUnit.NANOSECONDS.toSeconds(silentNanos) + " s");
        }
    }

    private void watch(TrackStatistics seen, long now) {
        if (seen.senderReports() > reportsSeen) {
            lastLifeMonoNanos = now;
        }
        reportsSeen = seen.senderReports();
        switch (pictures.onTick(seen.accessUnits(), lastMediaMonoNanos)) {
            case BEGAN -> owner.onPicture();
            case MISSED ->
                owner.onNoPicture((seen.accessUnits() == 0 ? "no key picture to begin with: " : "")
                        + "no picture was kept of what came for " + TimeUnit.NANOSECONDS.toSeconds(NO_PICTURE_NANOS)
                        + " s (packets: " + seen.packets()
                        + ", of no use: " + seen.unusablePackets() + ", pictures left out: " + seen.skippedAccessUnits()
                        + ")");
            case UNCHANGED -> {}
        }
    }

    @Override
    public void onKeptAlive() {
        lastLifeMonoNanos = loop.clock().monoNanos();
    }

    @Override
    public void onLoginRefused(String detail) {
        owner.onLoginRefused(detail);
    }

    @Override
    public void onBytes() {
        arrivalMonoNanos = loop.clock().monoNanos();
        arrivalUtcMicros = loop.clock().utcMicros();
    }

    @Override
    public void onRtp(ByteBuf packet) throws StreamFormatException {
        lastMediaMonoNanos = arrivalMonoNanos;
        pictures.onPacket(arrivalMonoNanos);
        if (!isMediaSeen) {
            isMediaSeen = true;
            firstMediaMonoNanos = arrivalMonoNanos;
            owner.onMedia();
        }
        VideoTrack playing = track;
        if (playing == null) {
            throw new StreamFormatException(
                    "a packet of a codec that is not recorded",
                    new StreamOrigin(camera, "", StreamFormatException.UNKNOWN),
                    StreamFormatException.UNKNOWN,
                    StreamFormatException.UNKNOWN);
        }
        playing.onRtp(packet, arrivalMonoNanos, arrivalUtcMicros);
        if (playing.isTimedByArrival() != isReadAtOnce) {
            isReadAtOnce = !isReadAtOnce;
            link.readAtOnce(isReadAtOnce);
        }
    }

    @Override
    public void onRtcp(ByteBuf packet) {
        VideoTrack playing = track;
        if (playing != null) {
            playing.onRtcp(packet, arrivalMonoNanos, arrivalUtcMicros);
        }
    }

    @Override
    public void onEnd(SessionEnd end) {
        tick.cancel();
        datagrams = link.datagrams();
        VideoTrack ended = track;
        try {
            if (ended != null && end.reason() == SessionEnd.Reason.CLOSED && !isMediaMissing) {
                ended.leave();
            } else if (ended != null) {
                ended.close();
            }
        } catch (RuntimeException e) {
            // A fault of ours must cost this camera its open fragment, not its supervision.
            LOG.error("{}: the track did not close", camera, e);
        } finally {
            owner.onEnd(end, isMediaMissing);
        }
    }
}
