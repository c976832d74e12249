// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.camera;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The H.264 parameter sets of a stream, for the session description. Immutable. */
record ParameterSets(List<ByteBuffer> sps, List<ByteBuffer> pps) {
    /** configurationVersion, profile, compatibility, level, length size, number of SPS. */
    private static final int AVCC_FIXED_BYTES = 6;

    ParameterSets {
        if (sps.isEmpty() || pps.isEmpty() || sps.get(0).remaining() < 4) {
            throw new IllegalArgumentException("parameter sets: " + sps.size() + " SPS and " + pps.size()
                    + " PPS (expected: at least one each, the SPS of 4 bytes or more)");
        }
        sps = sps.stream().map(ByteBuffer::asReadOnlyBuffer).toList();
        pps = pps.stream().map(ByteBuffer::asReadOnlyBuffer).toList();
    }

    /** Reads them out of Annex B bytes, wherever they stand. */
    static ParameterSets ofPicture(Picture picture) throws IOException {
        List<ByteBuffer> sps = new ArrayList<>();
        List<ByteBuffer> pps = new ArrayList<>();
        for (int i = 0; i < picture.nalUnits(); i++) {
            if (picture.type(i) == Picture.SPS) {
                sps.add(ByteBuffer.wrap(picture.nalUnit(i)));
            } else if (picture.type(i) == Picture.PPS) {
                pps.add(ByteBuffer.wrap(picture.nalUnit(i)));
            }
        }
        return checked(sps, pps);
    }

    /** Reads an AVCDecoderConfigurationRecord, ISO/IEC 14496-15 5.3.3.1.2. */
    static ParameterSets ofAvcC(byte[] avcC) throws IOException {
        ByteBuffer in = ByteBuffer.wrap(avcC);
        if (in.remaining() < AVCC_FIXED_BYTES + 1) {
            throw new IOException(
                    "avcC: " + avcC.length + " bytes (expected: at least " + (AVCC_FIXED_BYTES + 1) + ")");
        }
        in.position(AVCC_FIXED_BYTES - 1);
        List<ByteBuffer> sps = sets(in, in.get() & 0x1f);
        List<ByteBuffer> pps = sets(in, in.hasRemaining() ? in.get() & 0xff : 0);
        return checked(sps, pps);
    }

    /** profile_idc, constraint flags and level_idc of the first SPS, RFC 6184 8.1. */
    String profileLevelId() {
        ByteBuffer first = sps.get(0);
        int at = first.position();
        return String.format(
                Locale.ROOT,
                "%02X%02X%02X",
                first.get(at + 1) & 0xff,
                first.get(at + 2) & 0xff,
                first.get(at + 3) & 0xff);
    }

    /** All sets in Base64, SPS first, RFC 6184 8.1. */
    String sprop() {
        return Stream.concat(sps.stream(), pps.stream())
                .map(ParameterSets::base64)
                .collect(Collectors.joining(","));
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
                throw new IOException("avcC: parameter set of " + length + " bytes at " + in.position()
                        + " (expected: 1 to " + in.remaining() + ")");
            }
            sets.add(in.slice(in.position(), length));
            in.position(in.position() + length);
        }
        return sets;
    }

    private static ParameterSets checked(List<ByteBuffer> sps, List<ByteBuffer> pps) throws IOException {
        try {
            return new ParameterSets(sps, pps);
        } catch (IllegalArgumentException e) {
            throw new IOException(e.getMessage(), e);
        }
    }
}
