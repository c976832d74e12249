// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.camera;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.watchkeep.recorder.rtsp.Manners;

/** How pictures of H.264 and H.265 are put into packets, and what stands in them. Stateless; its shapers may remember. */
public enum PayloadQuirk implements Quirk {
    START_CODE_IN_PAYLOAD(
            "Annex B start codes before the NAL units in packets",
            "take them out",
            pictures(PayloadQuirk::withStartCodes)),
    MARKER_ON_PARAMETER_SETS(
            "parameter sets in packets of their own, each with the marker",
            "end no picture there",
            pictures(packets -> eachUnit(packets, true))),
    MARKER_ON_SEI(
            "an SEI alone in its packet, with the marker",
            "end no picture there",
            pictures(packets -> before(packets, sei(packets), true))),
    NEVER_A_MARKER(
            "no packet has the marker",
            "end pictures where the time changes",
            pictures(packets -> all(packets, packet -> packet.isMarked = false))),
    TIMESTAMP_CHANGES_WITHIN_PICTURE(
            "the time changes between fragments of one picture",
            "go by what the fragments are",
            pictures(packets -> all(packets, packet -> packet.timestamp += isFurther(packet) ? 1 : 0))),
    FRAGMENT_FIRST_AND_LAST(
            "fragmented NAL units of one fragment, first and last at once", "accept it", pictures(PayloadQuirk::lone)),
    SEVERAL_NAL_UNITS_IN_FRAGMENT(
            "several NAL units, start codes between, in one fragmented NAL unit",
            "take them apart",
            pictures(PayloadQuirk::joined)),
    TYPE_CHANGES_WITHIN_FRAGMENT(
            "the NAL type differs between fragments of one NAL unit",
            "keep the first fragment's",
            pictures(packets -> all(packets, PayloadQuirk::retype))),
    FORBIDDEN_BIT(
            "a NAL unit with the forbidden bit",
            "leave it out and count it",
            pictures(packets -> before(packets, forbidden(sei(packets)), false))),
    EMPTY_FRAGMENTS(
            "fragments, and packets, with nothing inside",
            "leave them out and count them",
            pictures(PayloadQuirk::hollow)),
    PADDED_AGGREGATE(
            "zeros at the end of an aggregation packet",
            "stop at them",
            pictures(packets -> all(
                    packets,
                    packet -> packet.payload = PayloadUnits.isAggregate(packet)
                            ? PayloadUnits.concat(packet.payload, new byte[4])
                            : packet.payload))),
    SPARE_BYTES_BEHIND_SPS(
            "bytes behind the end of the sequence parameter set", "read it up to its end", spareBytes(picture ->
                    new byte[] {0x11, 0x22, 0x33})),
    PARAMETER_SETS_REWRITTEN(
            "parameter sets come again with other bytes and the same meaning",
            "begin a new run only where the meaning changes",
            spareBytes(picture -> new byte[1 + picture % 7])),
    UNKNOWN_NAL_TYPES(
            "NAL units of types that no standard knows",
            "leave them out and count them",
            pictures(PayloadQuirk::withUnknown)),
    ENDLESS_PICTURE(
            "a picture that never ends", "end the session at a limit of memory", () -> Oddity.packetsOf(Endless::new)),
    PACKETS_OF_TEN_THOUSAND_BYTES(
            "packets of ten thousand bytes",
            "have room for them",
            pictures(packets -> PayloadUnits.packetsOf(PayloadUnits.unitsOf(packets), packets.get(0), 10_000)));

    @SuppressWarnings("ImmutableEnumChecker") // what it makes is new each time
    private final Recipe recipe;

    PayloadQuirk(String does, String wants, Supplier<Oddity> oddity) {
        recipe = new Recipe(does, wants, oddity);
    }

    @Override
    public Recipe recipe() {
        return recipe;
    }

    static Supplier<Oddity> pictures(UnaryOperator<List<OddPacket>> edit) {
        return () -> Oddity.of(Manners.PLAIN, () -> new PacketShaper() {
            @Override
            public List<OddPacket> onPicture(List<OddPacket> packets) {
                return edit.apply(packets);
            }
        });
    }

    private static List<OddPacket> all(List<OddPacket> packets, Consumer<OddPacket> edit) {
        packets.forEach(edit);
        return packets;
    }

    private static boolean isFurther(OddPacket packet) {
        return PayloadUnits.isFragment(packet) && !PayloadUnits.isFirstFragment(packet);
    }

    /** One NAL unit a packet; parameter sets marked, if so wanted. */
    private static List<OddPacket> eachUnit(List<OddPacket> packets, boolean areSetsMarked) {
        List<OddPacket> single =
                PayloadUnits.packetsOf(PayloadUnits.unitsOf(packets), packets.get(0), RtpPacketiser.MAX_PAYLOAD_BYTES);
        for (OddPacket packet : single) {
            packet.isMarked |= areSetsMarked && packet.codec.isParameterSet(PayloadUnits.type(packet));
        }
        return single;
    }

    /** D.1.6: user data that means nothing. */
    private static byte[] sei(List<OddPacket> packets) {
        PictureCodec codec = packets.get(0).codec;
        return PayloadUnits.unit(codec, codec == PictureCodec.H265 ? 39 : 6, 5, 1, 1, 0x80);
    }

    private static byte[] forbidden(byte[] unit) {
        unit[0] |= (byte) 0x80;
        return unit;
    }

    private static List<OddPacket> withUnknown(List<OddPacket> packets) {
        PictureCodec codec = packets.get(0).codec;
        int[] types = codec == PictureCodec.H265 ? new int[] {51, 63} : new int[] {0, 30};
        List<OddPacket> more = packets;
        for (int type : types) {
            more = before(more, PayloadUnits.unit(codec, type, 1, 2, 3), false);
        }
        return more;
    }

    private static List<OddPacket> before(List<OddPacket> packets, byte[] unit, boolean isMarked) {
        List<OddPacket> more = new ArrayList<>();
        more.add(packets.get(0).with(unit).marked(isMarked));
        more.addAll(packets);
        return more;
    }

    private static List<OddPacket> withStartCodes(List<OddPacket> packets) {

        PictureCodec codec = packets.get(0).codec;
        List<byte[]> units = new ArrayList<>();
        for (byte[] unit : PayloadUnits.unitsOf(packets)) {
            byte[] coded = PayloadUnits.afterStartCode(unit);
            // A fragmented one has its header in each fragment; the start code and the unit are what is fragmented.
            units.add(
                    coded.length <= RtpPacketiser.MAX_PAYLOAD_BYTES
                            ? coded
                            : PayloadUnits.concat(Arrays.copyOf(unit, codec.headerBytes), coded));
        }
        return PayloadUnits.packetsOf(units, packets.get(0), RtpPacketiser.MAX_PAYLOAD_BYTES);
    }

    private static List<OddPacket> lone(List<OddPacket> packets) {
        List<OddPacket> single = eachUnit(packets, false);
        for (OddPacket packet : single) {
            int header = packet.codec.headerBytes;
            if (!PayloadUnits.isFragment(packet)) {
                packet.payload = PayloadUnits.fragment(
                        packet.codec, packet.payload, header, packet.payload.length - header, true, true);
            }
        }
        return single;
    }

    private static List<OddPacket> joined(List<OddPacket> packets) {
        List<byte[]> units = PayloadUnits.unitsOf(packets);
        return units.size() <= 1
                ? packets
                : PayloadUnits.packetsOf(
                        List.of(PayloadUnits.joined(units)), packets.get(0), RtpPacketiser.MAX_PAYLOAD_BYTES);
    }

    private static void retype(OddPacket packet) {
        if (isFurther(packet)) {
            packet.payload[packet.codec.headerBytes] ^= 1;
        }
    }

    private static List<OddPacket> hollow(List<OddPacket> packets) {
        List<OddPacket> more = new ArrayList<>();
        more.add(packets.get(0).with(new byte[0]).marked(false));
        for (OddPacket packet : packets) {
            more.add(packet);
            if (PayloadUnits.isFirstFragment(packet)) {
                byte[] hollow = Arrays.copyOf(packet.payload, packet.codec.headerBytes + 1);
                hollow[packet.codec.headerBytes] &= 0x3f;
                more.add(packet.with(hollow).marked(false));
            }
        }
        return more;
    }

    /** Behind each sequence parameter set in band. */
    private static Supplier<Oddity> spareBytes(IntFunction<byte[]> ofPicture) {
        return () -> Oddity.packetsOf(() -> new PacketShaper() {
            private int picture;

            @Override
            public List<OddPacket> onPicture(List<OddPacket> packets) {
                List<byte[]> units = new ArrayList<>();
                for (byte[] unit : PayloadUnits.unitsOf(packets)) {
                    PictureCodec codec = packets.get(0).codec;
                    int sps = codec == PictureCodec.H265 ? PictureCodec.H265_SPS : PictureCodec.H264_SPS;
                    boolean isSps = codec.type(unit[0] & 0xff) == sps;
                    units.add(isSps ? PayloadUnits.concat(unit, ofPicture.apply(picture++)) : unit);
                }
                return PayloadUnits.packetsOf(units, packets.get(0), RtpPacketiser.MAX_PAYLOAD_BYTES);
            }
        });
    }

    /** One fragmented NAL unit without its last fragment, a MiB for each picture's time. */
    private static final class Endless implements PacketShaper {
        private static final int FRAGMENT_BYTES = 60_000;
        private static final int FRAGMENTS_A_PICTURE = 17;
        private static final int[] FILLING = filling();

        private static int[] filling() {
            int[] bytes = new int[FRAGMENT_BYTES];
            Arrays.fill(bytes, 0xd5);
            return bytes;
        }

        private int timestamp;
        private boolean isBegun;

        @Override
        public List<OddPacket> onPicture(List<OddPacket> packets) {
            List<OddPacket> endless = new ArrayList<>();
            if (!isBegun) {
                timestamp = packets.get(0).timestamp;
            }
            for (int i = 0; i < FRAGMENTS_A_PICTURE; i++) {
                PictureCodec codec = packets.get(0).codec;
                byte[] slice = PayloadUnits.unit(codec, codec == PictureCodec.H265 ? 1 : 5, FILLING);
                byte[] fragment =
                        PayloadUnits.fragment(codec, slice, codec.headerBytes, FRAGMENT_BYTES, !isBegun, false);
                isBegun = true;
                OddPacket packet = packets.get(0).with(fragment).marked(false);
                packet.timestamp = timestamp;
                endless.add(packet);
            }
            return endless;
        }
    }
}
