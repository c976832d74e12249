// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.camera;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Function;
import java.util.function.ObjIntConsumer;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/** How packets are numbered, timed and reported on. Stateless; its shapers remember. */
public enum StreamQuirk implements Quirk {
    PAYLOAD_TYPE_35("the video has payload type 35", "go by rtpmap", payloadType(35)),
    PAYLOAD_TYPE_50("the video has payload type 50", "go by rtpmap", payloadType(50)),
    DUPLICATE_PACKETS("some packets come twice", "use them once", packets(StreamQuirk::doubled)),
    REORDERED_PACKETS(
            "packets come in another order than they were numbered: over datagrams only",
            "put them back in order, within limits",
            () -> Oddity.packetsOf(Swapping::new)),
    HEADER_EXTENSION(
            "an RTP header extension", "pass over it", each((packet, n) -> packet.extension = Bytes.EXTENSION)),
    REPLAY_EXTENSION(
            "the RTP header extension of ONVIF replay",
            "pass over it",
            each((packet, n) -> packet.extension = Bytes.REPLAY)),
    PADDED_PACKETS("RTP padding", "leave it out", each((packet, n) -> packet.paddingBytes = 4 + n % 4 * 4)),
    SSRC_CHANGES(
            "another SSRC in mid-session",
            "begin a new run with it",
            each((packet, n) -> packet.ssrc ^= n < At.PICTURE ? 0 : 0x5a5a5a5a)),
    RTP_TIME_WRAPS("RTP time passes its 32 bits", "count in 64", timed(n -> 0L, true)),
    RTP_TIME_STEPS_BACK(
            "RTP time steps back by ten seconds",
            "begin a new run",
            timed(n -> n < At.PICTURE ? 0L : -10L * PictureSource.CLOCK_RATE, false)),
    RTP_TIME_JUMPS(
            "RTP time steps forward by an hour",
            "begin a new run",
            timed(n -> n < At.PICTURE ? 0L : 3_600L * PictureSource.CLOCK_RATE, false)),
    RTP_TIME_FREEZES(
            "some pictures in a row have one RTP time", "keep them all, apart", () -> Oddity.packetsOf(Freezing::new)),
    NUMBERS_JUMP(
            "the packets' numbers begin anew in mid-session",
            "go on from there, and call nothing lost",
            packets((packets, n) -> {
                packets.get(0).numberStep += n == At.PICTURE ? 10_000 : 0;
                return packets;
            })),
    LOSES_PARTS_OF_PICTURES(
            "each tenth picture's last packet is numbered and not sent",
            "count it, keep the picture and mark it damaged",
            () -> Oddity.packetsOf(() -> new Losing(false))),
    DROPS_PICTURES(
            "each tenth picture is numbered and not sent: the camera's own queue has run over",
            "count its packets as lost",
            () -> Oddity.packetsOf(() -> new Losing(true))),
    BURST_AT_START(
            "a second of pictures taken before comes at once",
            "place it into the past, no picture over another",
            () -> Oddity.packetsOf(Burst::new)),
    REPORT_OF_UNKNOWN_SOURCE(
            "RTCP reports on a source that sends nothing",
            "leave them out",
            reports(report -> List.of(Bytes.withSource(report, 0x1badf00d), report))),
    MALFORMED_RTCP(
            "RTCP that ends too early, or is none",
            "leave it out",
            reports(report -> List.of(
                    Arrays.copyOf(report, Math.max(0, report.length - 3)),
                    new byte[] {1, 2, 3, 4, 5, 6, 7, 8},
                    new byte[] {(byte) 0x80}))),
    WANTS_RECEIVER_REPORTS(
            "media stop when no receiver report has come for six seconds",
            "report at least every five",
            () -> Oddity.packetsOf(OddSessions::silentWithoutReports)),
    NO_SENDER_REPORTS("no RTCP at all", "record without the camera's clock", reports(report -> List.of())),
    NTP_ZERO(
            "reports with an NTP time of 0",
            "take it for unknown",
            reports(report -> List.of(Bytes.withNtp(report, 0)))),
    NTP_UPTIME(
            "reports with the time since the camera started",
            "take it for unknown",
            reports(report -> List.of(Bytes.withNtp(report, 4_000)))),
    CLOCK_IN_1970(
            "the camera believes it is 1970",
            "note its clock beside ours",
            reports(report -> List.of(Bytes.withNtp(report, 2_208_988_800L + 4_000))));

    @SuppressWarnings("ImmutableEnumChecker") // what it makes is new each time
    private final Recipe recipe;

    StreamQuirk(String does, String wants, Supplier<Oddity> oddity) {
        recipe = new Recipe(does, wants, oddity);
    }

    @Override
    public Recipe recipe() {
        return recipe;
    }

    /** When it happens that happens once. */
    static final class At {
        /** A second at 25 pictures a second. A source that has a key picture here loses none to the change. */
        static final int PICTURE = 25;
    }

    /** What is written into packets. */
    private static final class Bytes {
        private static final HexFormat HEX = HexFormat.of();
        static final byte[] EXTENSION = HEX.parseHex("bede000110ff0000");
        /** ONVIF streaming specification 6.3: NTP time, flags, sequence. */
        static final byte[] REPLAY = HEX.parseHex("abac0003e5f0000000000000e0010000");

        private static final int SSRC_AT = 4;
        private static final int NTP_AT = 8;

        /** Another quirk may have cut a report so short that it has no such field: it stays as it is, here and below. */
        static byte[] withSource(byte[] report, int ssrc) {
            if (report.length < SSRC_AT + Integer.BYTES) {
                return report;
            }
            byte[] other = report.clone();
            ByteBuffer.wrap(other).putInt(SSRC_AT, ssrc);
            return other;
        }

        static byte[] withNtp(byte[] report, long seconds) {
            if (report.length < NTP_AT + Long.BYTES) {
                return report;
            }
            byte[] other = report.clone();
            ByteBuffer.wrap(other).putLong(NTP_AT, seconds << 32);
            return other;
        }
    }

    /** What becomes of the n-th picture. */
    private interface PictureEdit {
        List<OddPacket> apply(List<OddPacket> packets, int n);
    }

    private interface Shift {
        long ticks(int n);
    }

    private static Supplier<Oddity> packets(PictureEdit edit) {
        return () -> Oddity.packetsOf(() -> shaper(edit));
    }

    private static PacketShaper shaper(PictureEdit edit) {
        return new PacketShaper() {
            private int n;

            @Override
            public List<OddPacket> onPicture(List<OddPacket> packets) {
                return edit.apply(packets, n++);
            }
        };
    }

    private static Supplier<Oddity> each(ObjIntConsumer<OddPacket> edit) {
        return packets((packets, n) -> {
            packets.forEach(packet -> edit.accept(packet, n));
            return packets;
        });
    }

    private static Supplier<Oddity> reports(Function<byte[], List<byte[]>> edit) {
        return () -> Oddity.packetsOf(() -> new PacketShaper() {
            @Override
            public List<byte[]> onReport(byte[] report) {
                return edit.apply(report);
            }
        });
    }

    private static Supplier<Oddity> payloadType(int other) {
        UnaryOperator<String> sdp = text -> text.replace("RTP/AVP 96", "RTP/AVP " + other)
                .replace("rtpmap:96", "rtpmap:" + other)
                .replace("fmtp:96", "fmtp:" + other);
        return () -> Oddity.of(
                Answers.sdp(sdp),
                () -> shaper((packets, n) -> {
                    packets.forEach(packet -> packet.payloadType = other);
                    return packets;
                }));
    }

    /** Each seventh packet again, with its number. */
    private static List<OddPacket> doubled(List<OddPacket> packets, int n) {
        List<OddPacket> more = new ArrayList<>();
        for (int i = 0; i < packets.size(); i++) {
            OddPacket packet = packets.get(i);
            more.add(packet);
            if ((n + i) % 7 == 0) {
                OddPacket again = packet.with(packet.payload).marked(packet.isMarked);
                again.numberStep = 0;
                more.add(again);
            }
        }
        return more;
    }

    private static Supplier<Oddity> timed(Shift shift, boolean wraps) {
        return () -> Oddity.packetsOf(() -> new Retimed(shift, wraps));
    }

    /** Packets and reports on another time. */
    private static final class Retimed implements PacketShaper {
        private static final int RTP_AT = 16;

        private final Shift shift;
        private final boolean wraps;
        private int base;
        private int n;

        Retimed(Shift shift, boolean wraps) {
            this.shift = shift;
            this.wraps = wraps;
        }

        @Override
        public List<OddPacket> onPicture(List<OddPacket> packets) {
            if (n == 0 && wraps) {
                // Half a second before the end of the 32 bits.
                base = -PictureSource.CLOCK_RATE / 2 - packets.get(0).timestamp;
            }
            int by = base + (int) shift.ticks(n++);
            packets.forEach(packet -> packet.timestamp += by);
            return packets;
        }

        @Override
        public List<byte[]> onReport(byte[] report) {
            if (report.length < RTP_AT + Integer.BYTES) {
                return List.of(report);
            }
            byte[] other = report.clone();
            ByteBuffer bytes = ByteBuffer.wrap(other);
            bytes.putInt(RTP_AT, bytes.getInt(RTP_AT) + base + (int) shift.ticks(n));
            return List.of(other);
        }
    }

    /** Eight pictures have the time of the first of them. */
    private static final class Freezing implements PacketShaper {
        private int n;
        private int frozen;

        @Override
        public List<OddPacket> onPicture(List<OddPacket> packets) {
            int at = n++ % At.PICTURE;
            if (at == 8) {
                frozen = packets.get(0).timestamp;
            } else if (at > 8 && at < 16) {
                packets.forEach(packet -> packet.timestamp = frozen);
            }
            return packets;
        }
    }

    /** Numbers run on over what is not sent. Key pictures are spared, so that each decoder's fate is known. */
    private static final class Losing implements PacketShaper {
        private final boolean isWhole;
        private int n;
        private int owed;
        private int leftOut;

        Losing(boolean isWhole) {
            this.isWhole = isWhole;
        }

        @Override
        public int leftOut() {
            return leftOut;
        }

        /** No two pictures in a row lose anything, so the one behind always shows what is owed. */
        @Override
        public List<OddPacket> onPicture(List<OddPacket> packets) {
            packets.get(0).numberStep += owed;
            leftOut += owed;
            owed = 0;
            if (n++ % 10 != 9) {
                return packets;
            }
            if (isWhole || packets.size() == 1) {
                owed = packets.stream().mapToInt(packet -> packet.numberStep).sum();
                return List.of();
            }
            owed = 1;
            return packets.subList(0, packets.size() - 1);
        }
    }

    /** Each two packets change places and keep their numbers. */
    private static final class Swapping implements PacketShaper {
        private int owed;

        @Override
        public List<OddPacket> onPicture(List<OddPacket> packets) {
            for (int i = 0; i < packets.size(); i += 2) {
                OddPacket first = packets.get(i);
                first.numberStep += owed;
                owed = 0;
                if (i + 1 < packets.size()) {
                    OddPacket second = packets.get(i + 1);
                    int between = second.numberStep;
                    second.numberStep += first.numberStep;
                    first.numberStep = -between;
                    owed = between;
                    Collections.swap(packets, i, i + 1);
                }
            }
            return packets;
        }
    }

    /** Held back until there is a second of them. */
    private static final class Burst implements PacketShaper {
        private final List<OddPacket> held = new ArrayList<>();
        private int pictures;

        @Override
        public List<OddPacket> onPicture(List<OddPacket> packets) {
            if (pictures > At.PICTURE) {
                return packets;
            }
            held.addAll(packets);
            return ++pictures > At.PICTURE ? held : List.of();
        }
    }
}
