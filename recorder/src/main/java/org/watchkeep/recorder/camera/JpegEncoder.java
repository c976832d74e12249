// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.camera;

import static org.bytedeco.ffmpeg.global.avcodec.AV_CODEC_FLAG_QSCALE;
import static org.bytedeco.ffmpeg.global.avutil.AVCOL_RANGE_JPEG;
import static org.bytedeco.ffmpeg.global.avutil.AVCOL_SPC_SMPTE170M;
import static org.bytedeco.ffmpeg.global.avutil.AV_PIX_FMT_YUVJ420P;
import static org.bytedeco.ffmpeg.global.avutil.FF_QP2LAMBDA;

import java.io.IOException;
import java.util.List;
import java.util.Map;

/**
 * Codes each drawn picture as a JPEG of its own, with the Huffman tables that RTP takes for granted (RFC 2435 appendix B).
 * Confined to one thread at a time.
 */
final class JpegEncoder implements PictureEncoder {
    /** Of 2 to 31: some 25 kB a picture of a street, 2.5 Mbit/s at 12.5 a second. */
    private static final int QUALITY = 7;

    private final LibavEncoder encoder;
    private final Planes full;

    JpegEncoder(int width, int height, int picturesPer1000Seconds) throws IOException {
        full = new Planes(width, height);
        encoder = new LibavEncoder(
                "mjpeg",
                width,
                height,
                AV_PIX_FMT_YUVJ420P,
                context -> {
                    context.time_base().num(1000).den(picturesPer1000Seconds);
                    context.color_range(AVCOL_RANGE_JPEG).colorspace(AVCOL_SPC_SMPTE170M);
                    context.flags(context.flags() | AV_CODEC_FLAG_QSCALE);
                    context.global_quality(QUALITY * FF_QP2LAMBDA);
                },
                Map.of("huffman", "default"));
    }

    @Override
    public ParameterSets parameterSets() {
        return new ParameterSets(PictureCodec.JPEG, List.of());
    }

    @Override
    public Picture encode(Planes planes, boolean key) throws IOException {
        // JPEG has the full range, where video has 16 to 235 for luma and 16 to 240 for chroma.
        for (int i = 0; i < planes.y.length; i++) {
            full.y[i] = stretched(planes.y[i], 16, 219, 0);
        }
        for (int i = 0; i < planes.u.length; i++) {
            full.u[i] = stretched(planes.u[i], 128, 224, 128);
            full.v[i] = stretched(planes.v[i], 128, 224, 128);
        }
        return Picture.ofJpeg(encoder.encode(full, false));
    }

    private static byte stretched(byte level, int zero, int range, int fullZero) {
        int value = Math.floorDiv(((level & 0xff) - zero) * 255 + range / 2, range) + fullZero;
        return (byte) Math.max(0, Math.min(255, value));
    }

    @Override
    public void close() {
        encoder.close();
    }
}
