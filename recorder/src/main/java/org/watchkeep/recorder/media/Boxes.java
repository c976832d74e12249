// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.media;

import java.nio.ByteBuffer;
import java.util.List;

/**
 * The MP4 boxes we write, one method each, in the order they stand in a file (ISO/IEC 14496-12 unless said otherwise). Flat
 * on purpose: read it beside the standard.
 */
final class Boxes {
    /** Ticks a second of every video track. */
    static final int TIMESCALE = 90_000;

    static final int TRACK_ID = 1;

    /** 8.8.3.1: depends on no other sample; is a sync sample. */
    static final int SYNC_SAMPLE = 0x0200_0000;
    /** Depends on others; is not a sync sample. */
    static final int NON_SYNC_SAMPLE = 0x0101_0000;

    static final int TFHD_DEFAULT_BASE_IS_MOOF = 0x02_0000;
    /** Where each sample is a sync sample. */
    static final int TFHD_DEFAULT_SAMPLE_FLAGS = 0x20;

    static final int TRUN_DATA_OFFSET = 0x1;
    static final int TRUN_FIRST_SAMPLE_FLAGS = 0x4;
    static final int TRUN_DURATION = 0x100;
    static final int TRUN_SIZE = 0x200;
    static final int TRUN_COMPOSITION_OFFSET = 0x800;

    /** Identity, in 16.16 and 2.30 fixed point. */
    private static final int[] MATRIX = {0x1_0000, 0, 0, 0, 0x1_0000, 0, 0, 0, 0x4000_0000};

    private Boxes() {}

    /** The init segment of a video track: {@code ftyp} and {@code moov}. */
    static ByteBuffer initSegment(VideoConfiguration video) {
        BoxWriter out = new BoxWriter(1 << 10);
        ftyp(out);
        int moov = out.begin("moov");
        mvhd(out);
        int trak = out.begin("trak");
        tkhd(out, video.width(), video.height());
        int mdia = out.begin("mdia");
        mdhd(out);
        hdlr(out);
        int minf = out.begin("minf");
        vmhd(out);
        dinf(out);
        int stbl = out.begin("stbl");
        stsd(out, video);
        emptyTables(out);
        out.end(stbl).end(minf).end(mdia).end(trak);
        mvex(out);
        out.end(moov);
        return out.toBuffer();
    }

    /** 4.3. No CMAF brand: parameter sets stay in the samples though the entry is avc1 (docs/decisions/010). */
    static void ftyp(BoxWriter out) {
        int box = out.begin("ftyp");
        out.fourCc("iso6").int32(0).fourCc("iso6").fourCc("iso5").fourCc("mp41").end(box);
    }

    /** 8.2.2. Times are zero: when this was recorded is the store's word, not the file's. */
    static void mvhd(BoxWriter out) {
        int box = out.beginFull("mvhd", 0, 0);
        out.int32(0).int32(0).int32(TIMESCALE).int32(0);
        out.int32(0x1_0000).int16(0x100).zeros(10);
        for (int value : MATRIX) {
            out.int32(value);
        }
        out.zeros(24).int32(TRACK_ID + 1).end(box);
    }

    /** 8.3.2. Flags: enabled, in movie. */
    static void tkhd(BoxWriter out, int width, int height) {
        int box = out.beginFull("tkhd", 0, 3);
        out.int32(0).int32(0).int32(TRACK_ID).int32(0).int32(0).zeros(16);
        for (int value : MATRIX) {
            out.int32(value);
        }
        out.int32(width << 16).int32(height << 16).end(box);
    }

    /** 8.4.2. The language is "und", five bits a letter. */
    static void mdhd(BoxWriter out) {
        int box = out.beginFull("mdhd", 0, 0);
        out.int32(0).int32(0).int32(TIMESCALE).int32(0).int16(0x55c4).int16(0).end(box);
    }

    /** 8.4.3. */
    static void hdlr(BoxWriter out) {
        int box = out.beginFull("hdlr", 0, 0);
        out.int32(0).fourCc("vide").zeros(12).text("Video").end(box);
    }

    /** 12.1.2. */
    static void vmhd(BoxWriter out) {
        int box = out.beginFull("vmhd", 0, 1);
        out.zeros(8).end(box);
    }

    /** 8.7.1, 8.7.2: the media is in this very file. */
    static void dinf(BoxWriter out) {
        int dinf = out.begin("dinf");
        int dref = out.beginFull("dref", 0, 0);
        out.int32(1);
        int url = out.beginFull("url ", 0, 1);
        out.end(url).end(dref).end(dinf);
    }

    /** 8.5.2, 12.1.3; ISO/IEC 14496-15 5.4.2. */
    static void stsd(BoxWriter out, VideoConfiguration video) {
        int stsd = out.beginFull("stsd", 0, 0);
        out.int32(1);
        int entry = out.begin(video.sampleEntry());
        out.zeros(6).int16(1).zeros(16).int16(video.width()).int16(video.height());
        // 72 dpi; one frame a sample; no compressor name; depth 24; pre-defined -1.
        out.int32(0x48_0000)
                .int32(0x48_0000)
                .int32(0)
                .int16(1)
                .zeros(32)
                .int16(24)
                .int16(-1);
        out.bytes(video.decoderConfiguration());
        out.end(entry).end(stsd);
    }

    /** ISO/IEC 14496-15 5.3.3.1. Lengths in samples have four bytes. */
    static ByteBuffer avcC(H264Sps sps, List<byte[]> spsUnits, List<byte[]> ppsUnits) {
        BoxWriter out = new BoxWriter(128);
        int box = out.begin("avcC");
        out.int8(1).int8(sps.profileIdc()).int8(sps.constraints()).int8(sps.levelIdc());
        out.int8(0xfc | 3).int8(0xe0 | spsUnits.size());
        for (byte[] unit : spsUnits) {
            out.int16(unit.length).bytes(unit);
        }
        out.int8(ppsUnits.size());
        for (byte[] unit : ppsUnits) {
            out.int16(unit.length).bytes(unit);
        }
        if (sps.profileIdc() == 100 || sps.profileIdc() == 110 || sps.profileIdc() == 122 || sps.profileIdc() == 144) {
            out.int8(0xfc | sps.chromaFormatIdc());
            out.int8(0xf8 | (sps.bitDepthLuma() - 8))
                    .int8(0xf8 | (sps.bitDepthChroma() - 8))
                    .int8(0);
        }
        return out.end(box).toBuffer();
    }

    /**
     * ISO/IEC 14496-14 5.6, 14496-1 7.2.6: the descriptors of a track whose samples are JPEG pictures. Its object type stands for
     * the codec; a decoder needs nothing more.
     */
    static ByteBuffer jpegDescriptor() {
        BoxWriter out = new BoxWriter(64);
        int box = out.beginFull("esds", 0, 0);
        // ES_Descriptor: ES_ID 0, nothing optional.
        out.int8(3).int8(3 + 15 + 3).int16(0).int8(0);
        // DecoderConfigDescriptor: JPEG, a visual stream, buffer and rates not given.
        out.int8(4).int8(13).int8(0x6c).int8(4 << 2 | 1).zeros(3).int32(0).int32(0);
        // SLConfigDescriptor: as MP4 has it.
        out.int8(6).int8(1).int8(2);
        return out.end(box).toBuffer();
    }

    /** 8.6.1.2, 8.7.4, 8.7.3, 8.7.5: there, and empty: the samples are in fragments. */
    static void emptyTables(BoxWriter out) {
        for (String type : List.of("stts", "stsc")) {
            int box = out.beginFull(type, 0, 0);
            out.int32(0).end(box);
        }
        int stsz = out.beginFull("stsz", 0, 0);
        out.int32(0).int32(0).end(stsz);
        int stco = out.beginFull("stco", 0, 0);
        out.int32(0).end(stco);
    }

    /** 8.8.1, 8.8.3. */
    static void mvex(BoxWriter out) {
        int mvex = out.begin("mvex");
        int trex = out.beginFull("trex", 0, 0);
        out.int32(TRACK_ID).int32(1).int32(0).int32(0).int32(NON_SYNC_SAMPLE).end(trex);
        out.end(mvex);
    }

    /**
     * 8.8.4: the {@code moof} of one fragment, and the header of the {@code mdat} that follows it.
     *
     * @param sequence of the fragment in its run, from 1
     */
    static ByteBuffer fragmentHeader(int sequence, SampleTable samples) {
        boolean hasOffsets = samples.hasCompositionOffsets();
        BoxWriter out = new BoxWriter(128 + samples.count() * (hasOffsets ? 12 : 8));
        int moof = out.begin("moof");
        int mfhd = out.beginFull("mfhd", 0, 0);
        out.int32(sequence).end(mfhd);
        int traf = out.begin("traf");
        int tfhd = out.beginFull(
                "tfhd", 0, TFHD_DEFAULT_BASE_IS_MOOF | (samples.isEachKey() ? TFHD_DEFAULT_SAMPLE_FLAGS : 0));
        out.int32(TRACK_ID);
        if (samples.isEachKey()) {
            out.int32(SYNC_SAMPLE);
        }
        out.end(tfhd);
        int tfdt = out.beginFull("tfdt", 1, 0);
        out.int64(samples.startTicks()).end(tfdt);
        int dataOffset = trun(out, samples, hasOffsets);
        out.end(traf).end(moof);
        out.setInt32(dataOffset, out.position() + 8);
        out.int32((int) samples.totalBytes() + 8).fourCc("mdat");
        return out.toBuffer();
    }

    /** 8.8.8, version 1: composition offsets are signed. Returns where the data offset is to be filled in. */
    private static int trun(BoxWriter out, SampleTable samples, boolean hasOffsets) {
        boolean hasFirstFlags = samples.startsWithKeyPicture() && !samples.isEachKey();
        int flags = TRUN_DATA_OFFSET
                | (hasFirstFlags ? TRUN_FIRST_SAMPLE_FLAGS : 0)
                | TRUN_DURATION
                | TRUN_SIZE
                | (hasOffsets ? TRUN_COMPOSITION_OFFSET : 0);
        int trun = out.beginFull("trun", 1, flags);
        out.int32(samples.count());
        int dataOffset = out.position();
        out.int32(0);
        if (hasFirstFlags) {
            out.int32(SYNC_SAMPLE);
        }
        for (int i = 0; i < samples.count(); i++) {
            out.int32(samples.duration(i)).int32(samples.size(i));
            if (hasOffsets) {
                out.int32(samples.compositionOffset(i));
            }
        }
        out.end(trun);
        return dataOffset;
    }
}
