// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.media;

import io.netty.buffer.ByteBuf;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.watchkeep.recorder.rtp.CameraClock;
import org.watchkeep.recorder.rtp.Depacketiser;
import org.watchkeep.recorder.rtp.ReportIntake;
import org.watchkeep.recorder.rtp.RtpPacket;
import org.watchkeep.recorder.rtp.SequenceTracker;
import org.watchkeep.recorder.rtp.StreamFormatException;
import org.watchkeep.recorder.rtp.TimestampExtender;
import org.watchkeep.recorder.rtp.Tolerance;
import org.watchkeep.retention.store.Fragment;

/**
 * A track of any codec. Packets come in the order of the connection; a picture ends with its marker, and with a new timestamp
 * where cameras forget or misplace it (RFC 6184 5.1, RFC 7798 4.1).
 *
 * <p>Owns no packet: each is copied once, into the slab where its bytes stay until the store has them. Confined to one event
 * loop, save {@link #statistics}.
 */
final class RtpVideoTrack implements VideoTrack {
    /** So many packets in a row that are not ours are a wrong stream, not a slip: half a second at 2 Mbit/s. */
    static final int MAX_UNUSABLE_IN_ROW = 100;

    private final VideoTrackSettings settings;
    private final Set<Tolerance> tolerances;
    private final RtpPacket rtp;
    private final SlabChain chain;
    private final AccessUnitBuilder builder;
    private final UnitFormat format;
    private final Depacketiser depacketiser;
    private final ReportIntake reports;
    private final TrackRuns runs;

    private final SourceProbation probation;

    private SequenceTracker sequence = new SequenceTracker();
    private TimestampExtender time = new TimestampExtender();
    private boolean hasSource;
    private int ssrc;

    /** Timestamp of the unit at hand, or of the newest one. */
    private int unitTimestamp;

    private boolean isLossBefore;
    private boolean isMarkerSeen;
    /** Whether the unit at hand is the newest one, reopened; and whether it was damaged before that. */
    private boolean isReopened;

    private boolean wasDamaged;
    private long lastPacketMonoNanos;
    private int unusableInRow;

    private long packets;
    private long bytes;
    private long lost;
    private long late;
    private long unusable;
    private long restarts;
    private long ssrcChanges;
    /** As last shown: they only become more, and are shown four times a second. */
    private Set<Tolerance> shownTolerances = Set.of();

    private volatile TrackStatistics published;

    RtpVideoTrack(VideoTrackSettings settings, FragmentSink sink, UnitFormat.Maker maker) {
        this.settings = settings;
        rtp = new RtpPacket(settings.origin());
        chain = new SlabChain(settings.slabs());
        builder = new AccessUnitBuilder(settings.origin(), chain);
        tolerances = settings.tolerances();
        probation = new SourceProbation(tolerances);
        format = maker.of(settings, chain, builder, tolerances);
        depacketiser = format.depacketiser();
        CameraClock cameraClock = new CameraClock(settings.clockRate());
        reports = new ReportIntake(cameraClock, settings.clockRate(), tolerances);
        runs = new TrackRuns(settings, sink, chain, format, cameraClock, tolerances);
        published = snapshot();
    }

    @Override
    public void onRtp(ByteBuf packet, long arrivalMonoNanos, long arrivalUtcMicros) throws StreamFormatException {
        if (format.refusal().isPresent()) {
            throw new StreamFormatException(
                    format.refusal().get(),
                    settings.origin(),
                    StreamFormatException.UNKNOWN,
                    StreamFormatException.UNKNOWN);
        }
        if (!isUsable(packet)) {
            return;
        }
        try {
            if (hasSource && rtp.ssrc() != ssrc) {
                onOtherSource(packet, arrivalMonoNanos, arrivalUtcMicros);
                return;
            }
            probation.dismiss();
            take(packet, arrivalMonoNanos, arrivalUtcMicros);
        } catch (StreamFormatException e) {
            depacketiser.reset();
            builder.discard();
            isReopened = false;
            published = snapshot();
            throw e;
        }
    }

    /** Over TCP nothing else keeps a stranger's packets from ending the run. */
    private void onOtherSource(ByteBuf packet, long monoNanos, long utcMicros) throws StreamFormatException {
        boolean isSilent = monoNanos - lastPacketMonoNanos >= SourceProbation.SILENT_NANOS;
        boolean isRoom = isSilent || reports.isLeaving();
        if (!isRoom && !runs.mayChangeSource(monoNanos)) {
            probation.refuse();
            return;
        }
        if (!probation.isDecidedBy(rtp.ssrc(), isRoom)) {
            probation.add(rtp.ssrc(), packet, monoNanos, utcMicros);
            return;
        }
        onNewSource(monoNanos);
        for (int i = 0; i < probation.count(); i++) {
            SourceProbation.Waiting waited = probation.waiting(i);
            rtp.parse(waited.bytes());
            take(waited.bytes(), waited.monoNanos(), waited.utcMicros());
        }
        probation.clear();
        rtp.parse(packet);
        take(packet, monoNanos, utcMicros);
    }

    /** The next packet of the source that is recorded; it has been parsed. */
    private void take(ByteBuf packet, long arrivalMonoNanos, long arrivalUtcMicros) throws StreamFormatException {
        packets++;
        bytes += rtp.payloadLength();
        lastPacketMonoNanos = arrivalMonoNanos;
        if (!hasSource) {
            beginSource();
        }
        switch (sequence.accept(rtp.sequence())) {
            case NEXT -> onInOrder(packet, arrivalMonoNanos, arrivalUtcMicros);
            case LATE -> late++;
            case AFTER_LOSS -> {
                lost += sequence.lastLoss();
                onLoss();
                onInOrder(packet, arrivalMonoNanos, arrivalUtcMicros);
            }
            case RESTART -> {
                restarts++;
                onLoss();
                onInOrder(packet, arrivalMonoNanos, arrivalUtcMicros);
            }
        }
        runs.check();
    }

    private boolean isUsable(ByteBuf packet) throws StreamFormatException {
        StreamFormatException why = null;
        try {
            rtp.parse(packet);
            if (rtp.payloadType() == settings.payloadType()) {
                unusableInRow = 0;
                return true;
            }
        } catch (StreamFormatException e) {
            why = e;
        }
        unusable++;
        if (++unusableInRow < MAX_UNUSABLE_IN_ROW) {
            return false;
        }
        unusableInRow = 0;
        throw why != null
                ? why
                : new StreamFormatException(
                        "payload type: " + rtp.payloadType() + " (expected: " + settings.payloadType() + ")",
                        settings.origin(),
                        rtp.sequence(),
                        1);
    }

    private void onNewSource(long monoNanos) throws StreamFormatException {
        ssrcChanges++;
        onLoss();
        finishUnit();
        builder.discard();
        isReopened = false;
        runs.onNewSource(String.format("SSRC changed from %08x to %08x", ssrc, rtp.ssrc()), monoNanos);
        runs.check();
        sequence = new SequenceTracker();
        time = new TimestampExtender();
        isLossBefore = false;
        beginSource();
    }

    private void beginSource() {
        hasSource = true;
        ssrc = rtp.ssrc();
        reports.onSource(ssrc, time);
    }

    /** Packets are missing: what is at hand lost its rest, and what follows may have lost its beginning. */
    private void onLoss() throws StreamFormatException {
        isLossBefore = true;
        AccessUnit unit = builder.unit();
        if (unit != null) {
            unit.isDamaged = true;
            depacketiser.onLoss();
        }
    }

    private void onInOrder(ByteBuf packet, long monoNanos, long utcMicros) throws StreamFormatException {
        int index = rtp.payloadIndex();
        int length = rtp.payloadLength();
        if (builder.unit() != null && rtp.timestamp() != unitTimestamp) {
            onNewTimestamp(depacketiser.continuesPicture(packet, index, length));
        }
        if (builder.unit() != null && depacketiser.beginsPicture(packet, index, length)) {
            onNewPicture();
        }
        if (builder.unit() == null) {
            beginUnit(depacketiser.continuesPicture(packet, index, length), monoNanos, utcMicros);
        }
        isLossBefore = false;
        depacketiser.onPayload(packet, index, length);
        if (rtp.marker()) {
            onMarker();
        }
    }

    /** The unit at hand ends where a packet of another time comes: unless cameras are as they are. */
    private void onNewTimestamp(boolean continuesPicture) throws StreamFormatException {
        AccessUnit unit = builder.unit();
        if (unit == null) {
            return;
        }
        if (!continuesPicture) {
            depacketiser.onPictureEnd();
        }
        if (continuesPicture && !isLossBefore) {
            tolerances.add(Tolerance.TIMESTAMP_CHANGES_WITHIN_PICTURE);
        } else if (!unit.hasPicture && unit.sizeBytes == 0) {
            builder.discard();
        } else if (!unit.hasPicture) {
            // Parameter sets or SEI that were sent with a time of their own belong to the picture that follows.
            retime(unit);
        } else {
            if (!isLossBefore) {
                tolerances.add(Tolerance.NO_MARKER);
            }
            finishUnit();
        }
    }

    /** Two pictures with one timestamp, and no marker between them. */
    private void onNewPicture() throws StreamFormatException {
        depacketiser.onPictureEnd();
        AccessUnit unit = builder.unit();
        if (unit != null && unit.hasPicture) {
            if (!isLossBefore) {
                tolerances.add(Tolerance.NO_MARKER);
            }
            finishUnit();
        }
    }

    private void retime(AccessUnit unit) {
        unitTimestamp = rtp.timestamp();
        unit.rtpTicks = time.extend(unitTimestamp);
        unit.isDamaged |= isLossBefore;
        reports.onPacket(unit.rtpTicks, lastPacketMonoNanos);
    }

    private void beginUnit(boolean continuesPicture, long monoNanos, long utcMicros) {
        AccessUnit newest = runs.newest().orElse(null);
        if (newest != null && continuesPicture && rtp.timestamp() == (int) newest.rtpTicks) {
            tolerances.add(Tolerance.MARKER_WITHIN_PICTURE);
            runs.takeBackNewest();
            builder.reopen(newest);
            isReopened = true;
            wasDamaged = newest.isDamaged;
            newest.isDamaged |= isLossBefore;
            return;
        }
        AccessUnit unit = builder.begin();
        unit.arrivalMonoNanos = monoNanos;
        unit.arrivalUtcMicros = utcMicros;
        retime(unit);
    }

    private void onMarker() throws StreamFormatException {
        isMarkerSeen = true;
        AccessUnit unit = builder.unit();
        if (unit == null) {
            return;
        }
        if (!unit.hasPicture && !depacketiser.isFragmentOpen()) {
            if (!unit.isDamaged) {
                tolerances.add(Tolerance.MARKER_WITHOUT_PICTURE);
            }
        } else if (depacketiser.isFragmentOpen()) {
            tolerances.add(Tolerance.MARKER_WITHIN_PICTURE);
        } else {
            finishUnit();
        }
    }

    /** The unit at hand is complete, if it holds a picture. */
    private void finishUnit() {
        AccessUnit unit = builder.unit();
        if (unit == null || !unit.hasPicture) {
            return;
        }
        builder.finish();
        long before = runs.fragments();
        if (isReopened) {
            isReopened = false;
            runs.onMore(unit, wasDamaged);
        } else {
            runs.onUnit(unit);
        }
        if (runs.fragments() != before) {
            published = snapshot();
        }
    }

    @Override
    public void onRtcp(ByteBuf packet, long arrivalMonoNanos, long arrivalUtcMicros) {
        reports.onRtcp(packet, arrivalMonoNanos, arrivalUtcMicros);
    }

    @Override
    public void onTick(long monoNanos) {
        // Without markers the newest picture's end is only seen when the next one begins, which does not come.
        if (!isMarkerSeen
                && builder.unit() != null
                && !depacketiser.isFragmentOpen()
                && monoNanos - lastPacketMonoNanos >= FragmentWriter.STOPPED_NANOS) {
            finishUnit();
        }
        runs.onTick(monoNanos);
        published = snapshot();
    }

    @Override
    public void close() {
        close(true);
    }

    @Override
    public void leave() {
        // What was handed on before a marker that came too early stays, with what has come of the rest.
        close(isReopened);
    }

    private void close(boolean isHalfKept) {
        AccessUnit unit = builder.unit();
        boolean isHalf = unit != null && (isMarkerSeen || depacketiser.isFragmentOpen());
        if (unit != null && isHalf) {
            unit.isDamaged = true;
        }
        try {
            depacketiser.onLoss();
            if (!isHalf || isHalfKept) {
                finishUnit();
            }
        } catch (StreamFormatException e) {
            // The unit at hand passes its limit at its very end: there is nothing of it to keep, and no session to end.
            unusable++;
        }
        builder.discard();
        probation.dismiss();
        runs.close();
        chain.close();
        published = snapshot();
    }

    @Override
    public boolean isTimedByArrival() {
        return runs.isByArrival();
    }

    @Override
    public TrackStatistics statistics() {
        return published;
    }

    private TrackStatistics snapshot() {
        @Nullable VideoConfiguration shown = runs.configuration().orElse(null);
        if (shownTolerances.size() != tolerances.size()) {
            shownTolerances = Set.copyOf(tolerances);
        }
        return new TrackStatistics(
                packets,
                bytes,
                lost,
                late,
                unusable,
                probation.strays(),
                restarts,
                ssrcChanges,
                runs.accessUnits(),
                runs.damagedAccessUnits(),
                runs.skippedAccessUnits(),
                runs.keyPictures(),
                depacketiser.ignored(),
                depacketiser.malformed() + format.unusable(),
                reports.used(),
                reports.unusable(),
                reports.isGoodbyeSeen(),
                runs.runs(),
                runs.fragments(),
                runs.lastPictureMonoNanos(),
                reports.offsetMicros().orElse(Fragment.OFFSET_UNKNOWN),
                shown == null ? "" : shown.codec(),
                shown == null ? 0 : shown.width(),
                shown == null ? 0 : shown.height(),
                shownTolerances);
    }
}
