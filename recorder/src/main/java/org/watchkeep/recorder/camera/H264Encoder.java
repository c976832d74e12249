// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.camera;

import static org.bytedeco.ffmpeg.global.avcodec.AV_CODEC_FLAG_GLOBAL_HEADER;
import static org.bytedeco.ffmpeg.global.avutil.AVCOL_RANGE_MPEG;
import static org.bytedeco.ffmpeg.global.avutil.AVCOL_SPC_SMPTE170M;
import static org.bytedeco.ffmpeg.global.avutil.AV_PIX_FMT_YUV420P;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Map;

/**
 * OpenH264 in process: one picture in, one coded picture out, never skipping one. Key pictures carry the parameter sets
 * in band. Confined to one thread at a time; the native memory is freed by {@link #close}.
 */
final class H264Encoder implements PictureEncoder {
    /** What a drawn camera is encoded with. */
    record Settings(
            int width, int height, int picturesPer1000Seconds, int gopPictures, int slices, int bitsPerSecond) {}

    private final LibavEncoder encoder;
    private final byte[] header;
    private final ParameterSets parameterSets;

    H264Encoder(Settings settings) throws IOException {
        encoder = new LibavEncoder(
                "libopenh264",
                settings.width,
                settings.height,
                AV_PIX_FMT_YUV420P,
                context -> {
                    context.time_base().num(1000).den(settings.picturesPer1000Seconds);
                    context.framerate().num(settings.picturesPer1000Seconds).den(1000);
                    context.gop_size(settings.gopPictures).max_b_frames(0).bit_rate(settings.bitsPerSecond);
                    context.slices(settings.slices);
                    context.color_range(AVCOL_RANGE_MPEG).colorspace(AVCOL_SPC_SMPTE170M);
                    // The parameter sets are wanted before the first picture, for the session description.
                    context.flags(context.flags() | AV_CODEC_FLAG_GLOBAL_HEADER);
                },
                Map.of("profile", "constrained_baseline", "rc_mode", "bitrate", "allow_skip_frames", "0"));
        header = encoder.header();
        try {
            parameterSets = ParameterSets.ofPicture(Picture.ofAnnexB(PictureCodec.H264, header.clone()));
        } catch (IOException e) {
            encoder.close();
            throw e;
        }
    }

    @Override
    public ParameterSets parameterSets() {
        return parameterSets;
    }

    @Override
    public Picture encode(Planes planes, boolean key) throws IOException {
        byte[] coded = encoder.encode(planes, key);
        Picture bare = Picture.ofAnnexB(PictureCodec.H264, coded);
        if (!bare.isKey()) {
            return bare;
        }
        return Picture.ofAnnexB(
                PictureCodec.H264,
                ByteBuffer.allocate(header.length + coded.length)
                        .put(header)
                        .put(coded)
                        .array());
    }

    @Override
    public void close() {
        encoder.close();
    }
}
