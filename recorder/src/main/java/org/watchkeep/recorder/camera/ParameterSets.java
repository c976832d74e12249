// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.camera;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** The parameter sets of a stream, for the session description. Immutable. */
record ParameterSets(PictureCodec codec, List<ByteBuffer> units) {
    /** configurationVersion, profile, compatibility, level, length size, number of SPS. */
    private static final int AVCC_FIXED_BYTES = 6;

    /** All that stands before the arrays of NAL units, their number included. */
    private static final int HVCC_FIXED_BYTES = 23;

    /** What a stream needs one of each, in the order they are sent. */
    private static List<Integer> needed(PictureCodec codec) {
        return switch (codec) {
            case H264 -> List.of(PictureCodec.H264_SPS, PictureCodec.H264_PPS);
            case H265 -> List.of(PictureCodec.H265_VPS, PictureCodec.H265_SPS, PictureCodec.H265_PPS);
            case JPEG -> List.of();
        };
    }

    ParameterSets {
        units = units.stream().map(ByteBuffer::asReadOnlyBuffer).toList();
        for (int type : needed(codec)) {
            if (ofType(codec, units, type).isEmpty()) {
                throw new IllegalArgumentException("parameter sets of type " + type + ": 0 (expected: at least one)");
            }
        }
    }

    /** Reads them out of a picture, wherever they stand. */
    static ParameterSets ofPicture(Picture picture) throws IOException {
        return checked(
                picture.codec(),
                IntStream.range(0, picture.nalUnits())
                        .filter(i -> picture.codec().isParameterSet(picture.type(i)))
                        .mapToObj(i -> ByteBuffer.wrap(picture.nalUnit(i)))
                        .toList());
    }

    /** Reads an AVCDecoderConfigurationRecord, ISO/IEC 14496-15 5.3.3.1.2. */
    static ParameterSets ofAvcC(byte[] avcC) throws IOException {
        ByteBuffer in = record("avcC", avcC, AVCC_FIXED_BYTES + 1);
        in.position(AVCC_FIXED_BYTES - 1);
        List<ByteBuffer> units = new ArrayList<>(sets(in, in.get() & 0x1f));
        units.addAll(sets(in, in.hasRemaining() ? in.get() & 0xff : 0));
        return checked(PictureCodec.H264, units);
    }

    /** Reads an HEVCDecoderConfigurationRecord, ISO/IEC 14496-15 8.3.3.1.2. An SEI in it is left out. */
    static ParameterSets ofHvcC(byte[] hvcC) throws IOException {
        ByteBuffer in = record("hvcC", hvcC, HVCC_FIXED_BYTES);
        in.position(HVCC_FIXED_BYTES - 1);
        List<ByteBuffer> units = new ArrayList<>();
        for (int arrays = in.get() & 0xff; arrays > 0 && in.remaining() >= 3; arrays--) {
            int type = in.get() & 0x3f;
            List<ByteBuffer> array = sets(in, Short.toUnsignedInt(in.getShort()));
            if (PictureCodec.H265.isParameterSet(type)) {
                units.addAll(array);
            }
        }
        return checked(PictureCodec.H265, units);
    }

    private static ByteBuffer record(String name, byte[] bytes, int least) throws IOException {
        if (bytes.length < least) {
            throw new IOException(name + ": " + bytes.length + " bytes (expected: at least " + least + ")");
        }
        return ByteBuffer.wrap(bytes);
    }

    /** The format parameters of an SDP: RFC 6184 8.1, RFC 7798 7.1; JPEG has none (RFC 2435 4.2). */
    String formatParameters() {
        return switch (codec) {
            case H264 ->
                "packetization-mode=1;profile-level-id=" + profileLevelId() + ";sprop-parameter-sets=" + base64(units);
            case H265 ->
                "sprop-vps=" + base64(ofType(codec, units, PictureCodec.H265_VPS)) + ";sprop-sps="
                        + base64(ofType(codec, units, PictureCodec.H265_SPS)) + ";sprop-pps="
                        + base64(ofType(codec, units, PictureCodec.H265_PPS));
            case JPEG -> "";
        };
    }

    /** profile_idc, constraint flags and level_idc of the first SPS. */
    private String profileLevelId() {
        ByteBuffer first = ofType(codec, units, PictureCodec.H264_SPS).get(0);
        int at = first.position();
        return String.format(
                Locale.ROOT,
                "%02X%02X%02X",
                first.get(at + 1) & 0xff,
                first.get(at + 2) & 0xff,
                first.get(at + 3) & 0xff);
    }

    /** Those that are long enough to be one. */
    private static List<ByteBuffer> ofType(PictureCodec codec, List<ByteBuffer> units, int type) {
        return units.stream()
                .filter(unit -> unit.remaining() >= 3 && codec.type(unit.get(unit.position())) == type)
                .toList();
    }

    private static String base64(List<ByteBuffer> sets) {
        return sets.stream().map(ParameterSets::base64).collect(Collectors.joining(","));
    }

    private static String base64(ByteBuffer set) {
        byte[] bytes = new byte[set.remaining()];
        set.duplicate().get(bytes);
        return Base64.getEncoder().encodeToString(bytes);
    }

    private static List<ByteBuffer> sets(ByteBuffer in, int count) throws IOException {
        List<ByteBuffer> sets = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int length = in.remaining() < 2 ? -1 : Short.toUnsignedInt(in.getShort());
            if (length < 1 || length > in.remaining()) {
                throw new IOException("parameter set of " + length + " bytes at " + in.position() + " (expected: 1 to "
                        + in.remaining() + ")");
            }
            sets.add(in.slice(in.position(), length));
            in.position(in.position() + length);
        }
        return sets;
    }

    private static ParameterSets checked(PictureCodec codec, List<ByteBuffer> units) throws IOException {
        try {
            return new ParameterSets(codec, units);
        } catch (IllegalArgumentException e) {
            throw new IOException(e.getMessage(), e);
        }
    }
}
