// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.media;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.watchkeep.recorder.rtp.StreamFormatException;

/**
 * A camera whose clocks are moved by hand, and the network between it and a track: each picture bears its number, and what
 * was true when it was taken is kept beside it, for {@link ClockLedger} to compare with what was recorded.
 */
final class ClockedCamera {
    static final int PICTURES_PER_SECOND = 25;
    static final int GOP = 50;
    static final long START_NANOS = 1_000_000_000_000L;
    static final long HOUR_MICROS = 3_600_000_000L;
    static final int HOUR_TICKS = 3_600 * 90_000;

    private static final long PICTURE_TICKS = 3_600;
    private static final long OUR_UTC_MICROS = 1_772_366_400_000_000L;
    /** This camera's clock is years off, which is its own affair. */
    private static final long CAMERA_UTC_MICROS = 1_262_304_000_000_000L;

    private static final int REPORT_EACH = 5 * PICTURES_PER_SECOND;
    /** Ten minutes. */
    private static final int REPORT_HOLDS = 600 * PICTURES_PER_SECOND;

    private static final long TICK_NANOS = 250_000_000L;
    private static final int JITTER_NANOS = 20_000_000;
    private static final int NUMBER_BYTES = 4;

    /** What befalls the stream from one picture on. */
    enum Happening {
        CAMERA_CLOCK_STEPS,
        RTP_STEPS_AHEAD,
        RTP_STEPS_BACK,
        RECORDER_CLOCK_STEPS,
        SOURCE_CHANGES,
        RTP_STANDS_STILL,
        NETWORK_STALLS
    }

    record Event(int picture, Happening happening) {}

    /** Where a run is to begin: not before one picture and not after another. */
    record Start(int from, int to) {}

    /** Which sender reports come. */
    enum Reports {
        REGULAR,
        NONE,
        /** One for each source, ahead of its first packet. */
        FIRST_ONLY,
        /** None in the middle third. */
        PAUSED
    }

    final int pictures;
    final long[] takenNanos;
    final long[] cameraMicros;
    final long[] ourOffsetMicros;
    /** 1 where a report that holds has come in time, 0 where none has, 2 where either may be said. */
    final byte[] isCameraTimeKnown;
    /** RTP time stood still, or the camera's or our own clock was stepping just then. */
    final boolean[] isUncertain;

    final Set<Integer> skipped = new HashSet<>();
    final List<Start> starts = new ArrayList<>(List.of(new Start(0, 0)));

    private final Random random;
    private final int ppm;
    private final Reports reports;
    private final long burstNanos;
    private final ByteBuf key;
    private final ByteBuf picture;

    private int ssrc = 1;
    private int sequence;
    /** RTP time at picture 0 of this numbering; 32 bits are sent. */
    private long rtpBase;

    private long cameraStepMicros;
    private long ourStepMicros;
    private int standsStillUntil = -1;
    private long standsStillAt;
    private int stallsUntil = -1;
    private long arrivalNanos = Long.MIN_VALUE;
    private long tickNanos;
    private int lastReport = -1;

    ClockedCamera(long seed, int pictures, int ppm, Reports reports, long burstNanos) {
        this.pictures = pictures;
        this.ppm = ppm;
        this.reports = reports;
        this.burstNanos = burstNanos;
        random = new Random(seed);
        // The wrap of 32 bits comes on the way.
        rtpBase = (1L << 32) - (long) (random.nextDouble() * pictures * PICTURE_TICKS);
        takenNanos = new long[pictures];
        cameraMicros = new long[pictures];
        ourOffsetMicros = new long[pictures];
        isCameraTimeKnown = new byte[pictures];
        isUncertain = new boolean[pictures];
        key = packet(TestStream.slice(random, true, true, 24));
        picture = packet(TestStream.slice(random, false, true, 16));
    }

    private static ByteBuf packet(byte[] nal) {
        byte[] packet = new byte[12 + nal.length];
        packet[0] = (byte) 0x80;
        packet[1] = (byte) (0x80 | TestPacketiser.PAYLOAD_TYPE);
        System.arraycopy(nal, 0, packet, 12, nal.length);
        return Unpooled.wrappedBuffer(packet);
    }

    /** The number a sample bears. */
    static int number(ByteBuffer fragment, int index) {
        int number = 0;
        for (int i = 0; i < 4; i++) {
            number = number << 7 | ((fragment.get(index + 4 + 4 + i) - 1) & 0x7f);
        }
        return number;
    }

    /** Sends everything, with what happens on the way, in the order of pictures. */
    void play(List<Event> events, VideoTrack track) throws StreamFormatException {
        int next = 0;
        tickNanos = START_NANOS;
        for (int i = 0; i < pictures; i++) {
            // What the camera takes for 40 ms lasts so much less or more.
            takenNanos[i] = START_NANOS + i * (40_000_000L - ppm * 40L);
            while (next < events.size() && events.get(next).picture() == i) {
                begin(events.get(next++).happening(), i);
            }
            cameraMicros[i] = CAMERA_UTC_MICROS + i * 40_000L + cameraStepMicros;
            send(i, track);
        }
        track.close();
    }

    private void begin(Happening happening, int i) {
        switch (happening) {
            case CAMERA_CLOCK_STEPS -> {
                cameraStepMicros += random.nextBoolean() ? HOUR_MICROS : -HOUR_MICROS;
                uncertain(i - 2 * PICTURES_PER_SECOND, reportBehind(i) + PICTURES_PER_SECOND);
            }
            case RTP_STEPS_AHEAD -> steps(HOUR_TICKS, i);
            case RTP_STEPS_BACK -> steps(-HOUR_TICKS, i);
            case RECORDER_CLOCK_STEPS -> {
                ourStepMicros += random.nextBoolean() ? HOUR_MICROS : -HOUR_MICROS;
                starts.add(new Start(i, i + 3));
                uncertain(i - 2 * PICTURES_PER_SECOND, i + 2 * PICTURES_PER_SECOND);
            }
            case SOURCE_CHANGES -> {
                ssrc = random.nextInt();
                sequence = random.nextInt();
                rtpBase = random.nextInt() & 0xffff_ffffL;
                lastReport = -1;
                int keyPicture = (i + GOP - 1) / GOP * GOP;
                for (int skip = i; skip < keyPicture; skip++) {
                    skipped.add(skip);
                }
                starts.add(new Start(keyPicture, keyPicture));
            }
            case RTP_STANDS_STILL -> {
                standsStillUntil = i + 30 * PICTURES_PER_SECOND;
                standsStillAt = rtpTicks(i);
                lastReport = -1;
                starts.add(new Start(i + 2 * PICTURES_PER_SECOND, i + 3 * PICTURES_PER_SECOND));
                starts.add(new Start(standsStillUntil, standsStillUntil + PICTURES_PER_SECOND));
                uncertain(i - PICTURES_PER_SECOND, standsStillUntil + REPORT_EACH + 2 * PICTURES_PER_SECOND);
            }
            case NETWORK_STALLS -> stallsUntil = i + 4 * PICTURES_PER_SECOND;
        }
    }

    private void steps(int ticks, int i) {
        rtpBase += ticks;
        lastReport = -1;
        starts.add(new Start(i, i));
    }

    private void uncertain(int from, int to) {
        for (int i = Math.max(0, from); i < Math.min(pictures, to); i++) {
            isUncertain[i] = true;
        }
    }

    private long rtpTicks(int i) {
        return rtpBase + i * PICTURE_TICKS;
    }

    private void send(int i, VideoTrack track) throws StreamFormatException {
        boolean stands = i < standsStillUntil;
        long timestamp = stands ? standsStillAt : rtpTicks(i);
        arrivalNanos = Math.max(arrivalNanos + 100_000, arrival(i));
        for (; tickNanos < arrivalNanos; tickNanos += TICK_NANOS) {
            track.onTick(tickNanos);
        }
        long utc = arrivalNanos / 1_000 + OUR_UTC_MICROS + ourStepMicros;
        ourOffsetMicros[i] = OUR_UTC_MICROS + ourStepMicros;
        boolean isFirst = lastReport < 0;
        boolean isReported = !stands && isReportDue(i, isFirst);
        // The first report of a source comes before its first packet, the others behind the picture.
        if (isReported && isFirst) {
            report(track, i, timestamp, utc);
        }
        boolean isKey = i % GOP == 0;
        ByteBuf packet = isKey ? key : picture;
        packet.setShort(2, sequence++).setInt(4, (int) timestamp).setInt(8, ssrc);
        for (int shift = 0; shift < NUMBER_BYTES; shift++) {
            packet.setByte(12 + 4 + shift, 1 + ((i >>> (7 * (3 - shift))) & 0x7f));
        }
        track.onRtp(packet, arrivalNanos, utc);
        if (isReported && !isFirst) {
            report(track, i, timestamp, utc);
        }
        note(i, isReported);
    }

    private boolean isReportDue(int i, boolean isFirst) {
        return switch (reports) {
            case REGULAR -> isFirst || i % REPORT_EACH == 0;
            case NONE -> false;
            case FIRST_ONLY -> isFirst;
            case PAUSED -> (i < pictures / 3 || i > pictures * 2 / 3) && (isFirst || i % REPORT_EACH == 0);
        };
    }

    /** The picture that the next report tells of, if one comes while the last still holds: until then nobody can know. */
    private int reportBehind(int i) {
        int next = i + 1;
        while (!isReportDue(next, false) && next - i <= REPORT_HOLDS) {
            next++;
        }
        return next;
    }

    private long arrival(int i) {
        long at = takenNanos[i] + random.nextInt(JITTER_NANOS);
        // Connected so much later than the first picture was taken: what was taken before comes at once.
        at = Math.max(at, START_NANOS + burstNanos);
        if (i < stallsUntil) {
            at = Math.max(at, START_NANOS + stallsUntil * 40_000_000L);
        }
        return at;
    }

    private void report(VideoTrack track, int i, long timestamp, long utc) {
        byte[] report = TrackHarness.senderReport(ssrc, cameraMicros[i], timestamp);
        track.onRtcp(Unpooled.wrappedBuffer(report), arrivalNanos, utc);
    }

    /** One that comes while a fragment is open may serve that fragment already. */
    private void note(int i, boolean isReported) {
        int slack = 3 * PICTURES_PER_SECOND;
        if (isReported) {
            if (lastReport < 0) {
                for (int back = Math.max(0, i - slack); back < i; back++) {
                    isCameraTimeKnown[back] = 2;
                }
            }
            lastReport = i;
        }
        int age = lastReport < 0 ? Integer.MAX_VALUE : i - lastReport;
        isCameraTimeKnown[i] = (byte) (age <= REPORT_HOLDS - slack ? 1 : age <= REPORT_HOLDS + slack ? 2 : 0);
    }
}
