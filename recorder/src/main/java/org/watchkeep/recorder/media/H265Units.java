// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.media;

import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.watchkeep.recorder.rtp.Depacketiser;
import org.watchkeep.recorder.rtp.NalDepacketiser;
import org.watchkeep.recorder.rtp.NalPackaging;
import org.watchkeep.recorder.rtp.Tolerance;

/** H.265: which NAL units are parameter sets, slices and key pictures, and what those are coded with. Confined to its event loop. */
final class H265Units implements UnitFormat, NalCodec {
    static final int HEADER_BYTES = 2;

    /** H.265 table 7-1. */
    private static final int RASL_N = 8;

    private static final int RASL_R = 9;
    private static final int FIRST_KEY = 16;
    private static final int LAST_KEY = 21;
    private static final int LAST_KEY_RESERVED = 23;
    private static final int PREFIX_SEI = 39;

    /** A slice header up to slice_pic_parameter_set_id takes at most 5 bytes. */
    private static final int SLICE_HEADER_BYTES = 16;

    private final SlabChain chain;
    private final H265ParameterSets sets;
    private final NalWriter writer;
    private final NalDepacketiser depacketiser;
    private final byte[] scratch = new byte[SLICE_HEADER_BYTES];
    private final Optional<String> refusal;

    /** Where there are pictures that decoding may start at by their type, a recovery point says nothing new. */
    private boolean isKeySeen;

    private @Nullable VideoConfiguration known;
    private int knownVersion;
    private int knownPps;

    H265Units(VideoTrackSettings settings, SlabChain chain, AccessUnitBuilder builder, Set<Tolerance> tolerances) {
        this.chain = chain;
        sets = new H265ParameterSets(tolerances);
        sets.offerSdp(settings.parameters());
        writer = new NalWriter(chain, builder, this);
        depacketiser = new NalDepacketiser(NalPackaging.H265, writer, tolerances);
        String numbers = settings.parameters().getOrDefault("sprop-max-don-diff", "0");
        refusal = numbers.strip().equals("0")
                ? Optional.empty()
                : Optional.of("sprop-max-don-diff: " + numbers + " (expected: 0, NAL units in decoding order)");
    }

    static int type(int header) {
        return header >>> 1 & 0x3f;
    }

    /** nuh_layer_id. */
    static int layer(byte[] nal) {
        return (nal[0] & 1) << 5 | (nal[1] & 0xff) >>> 3;
    }

    /** RFC 7798 6: out of decoding order, each NAL unit has a number, and is to be sorted by it. No camera we know does so. */
    @Override
    public Optional<String> refusal() {
        return refusal;
    }

    @Override
    public Depacketiser depacketiser() {
        return depacketiser;
    }

    @Override
    public String needed() {
        return "VPS, SPS and PPS";
    }

    @Override
    public long unusable() {
        return writer.unusableSets();
    }

    @Override
    public int headerBytes() {
        return HEADER_BYTES;
    }

    @Override
    public boolean isParameterSet(int header) {
        int type = type(header);
        return type >= H265ParameterSets.VPS && type <= H265ParameterSets.PPS;
    }

    @Override
    public boolean offer(byte[] nal, int length) {
        return sets.offer(nal, length) != KnownParameterSets.Change.UNUSABLE;
    }

    @Override
    public boolean look(AccessUnit unit, byte[] start, int length) {
        int type = type(start[0]);
        if (layer(start) > 0) {
            return false;
        }
        if (type == PREFIX_SEI && !isKeySeen && !unit.isKey) {
            unit.isKey = RecoveryPoint.isIn(start, length, HEADER_BYTES);
        }
        if (!NalPackaging.H265.isSlice(type)) {
            return false;
        }
        // 7.3.6.1: first_slice_segment_in_pic_flag.
        unit.hasFirstSlice |= (start[2] & 0x80) != 0;
        unit.isSkippedAtStart |= type == RASL_N || type == RASL_R;
        if (type >= FIRST_KEY && type <= LAST_KEY) {
            unit.isKey = true;
            isKeySeen = true;
        }
        return true;
    }

    @Override
    public Optional<VideoConfiguration> configuration(AccessUnit unit) {
        int pps = ppsId(unit);
        if (known == null || knownPps != pps || knownVersion != sets.version()) {
            known = pps < 0 ? null : sets.configuration(pps).orElse(null);
            knownPps = pps;
            knownVersion = sets.version();
        }
        return Optional.ofNullable(known);
    }

    /** Id of the PPS that a unit's first slice names (7.3.6.1), or -1 where it cannot be read. */
    private int ppsId(AccessUnit of) {
        int length = chain.get(of.firstSlice, scratch, scratch.length);
        int type = type(scratch[0]);
        try {
            BitReader in = BitReader.ofNal(scratch, length, HEADER_BYTES);
            in.flag(); // first_slice_segment_in_pic_flag
            if (type >= FIRST_KEY && type <= LAST_KEY_RESERVED) {
                in.flag(); // no_output_of_prior_pics_flag
            }
            return in.unsigned("slice_pic_parameter_set_id", 63);
        } catch (BitstreamFormatException e) {
            // A slice whose header is nonsense: kept as it is, but no key to start at.
            return -1;
        }
    }
}
