// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.media;

import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.watchkeep.recorder.rtp.Depacketiser;
import org.watchkeep.recorder.rtp.NalDepacketiser;
import org.watchkeep.recorder.rtp.NalPackaging;
import org.watchkeep.recorder.rtp.Tolerance;

/** H.264: which NAL units are parameter sets, slices and key pictures, and what those are coded with. Confined to its event loop. */
final class H264Units implements UnitFormat, NalCodec {
    private static final int HEADER_BYTES = 1;
    private static final int SEI = 6;
    private static final int IDR_SLICE = 5;
    private static final int LAST_SLICE_TYPE = 5;

    /** A slice header up to pic_parameter_set_id takes at most 12 bytes. */
    private static final int SLICE_HEADER_BYTES = 16;

    private final SlabChain chain;
    private final H264ParameterSets sets;
    private final NalWriter writer;
    private final NalDepacketiser depacketiser;
    private final byte[] scratch = new byte[SLICE_HEADER_BYTES];

    /** Where there are IDR pictures, they are the key pictures: some encoders put a recovery point on every picture. */
    private boolean isIdrSeen;

    private @Nullable VideoConfiguration known;
    private int knownVersion;
    private int knownPps;

    H264Units(VideoTrackSettings settings, SlabChain chain, AccessUnitBuilder builder, Set<Tolerance> tolerances) {
        this.chain = chain;
        sets = new H264ParameterSets(tolerances);
        sets.offerSdp(settings.parameters().getOrDefault("sprop-parameter-sets", ""));
        writer = new NalWriter(chain, builder, this);
        depacketiser = new NalDepacketiser(NalPackaging.H264, writer, tolerances);
    }

    @Override
    public Depacketiser depacketiser() {
        return depacketiser;
    }

    @Override
    public String needed() {
        return "SPS and PPS";
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
        int type = header & 0x1f;
        return type == H264ParameterSets.SPS || type == H264ParameterSets.PPS;
    }

    @Override
    public boolean offer(byte[] nal, int length) {
        return sets.offer(nal, length) != KnownParameterSets.Change.UNUSABLE;
    }

    @Override
    public boolean look(AccessUnit unit, byte[] start, int length) {
        int type = start[0] & 0x1f;
        if (type == SEI && !isIdrSeen && !unit.isKey) {
            unit.isKey = RecoveryPoint.isIn(start, length, HEADER_BYTES);
        }
        if (type > LAST_SLICE_TYPE) {
            return false;
        }
        // 7.3.3: first_mb_in_slice is ue(v) and begins the slice header; 0 is written as a single 1.
        unit.hasFirstSlice |= (start[1] & 0x80) != 0;
        if (type == IDR_SLICE) {
            unit.isKey = true;
            isIdrSeen = true;
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

    /** Id of the PPS that a unit's first slice names (7.3.3), or -1 where it cannot be read. */
    private int ppsId(AccessUnit of) {
        int length = chain.get(of.firstSlice, scratch, scratch.length);
        try {
            BitReader in = BitReader.ofNal(scratch, length, HEADER_BYTES);
            in.unsigned("first_mb_in_slice", Integer.MAX_VALUE);
            in.unsigned("slice_type", 9);
            return in.unsigned("pic_parameter_set_id", 255);
        } catch (BitstreamFormatException e) {
            // A slice whose header is nonsense: kept as it is, but no key to start at.
            return -1;
        }
    }
}
