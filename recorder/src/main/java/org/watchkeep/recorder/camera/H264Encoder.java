// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.camera;

import static org.bytedeco.ffmpeg.global.avcodec.AV_CODEC_FLAG_GLOBAL_HEADER;
import static org.bytedeco.ffmpeg.global.avcodec.av_packet_alloc;
import static org.bytedeco.ffmpeg.global.avcodec.av_packet_free;
import static org.bytedeco.ffmpeg.global.avcodec.av_packet_unref;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_alloc_context3;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_find_encoder_by_name;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_free_context;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_open2;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_receive_packet;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_send_frame;
import static org.bytedeco.ffmpeg.global.avutil.AVCOL_RANGE_MPEG;
import static org.bytedeco.ffmpeg.global.avutil.AVCOL_SPC_SMPTE170M;
import static org.bytedeco.ffmpeg.global.avutil.AV_PICTURE_TYPE_I;
import static org.bytedeco.ffmpeg.global.avutil.AV_PICTURE_TYPE_NONE;
import static org.bytedeco.ffmpeg.global.avutil.AV_PIX_FMT_YUV420P;
import static org.bytedeco.ffmpeg.global.avutil.av_dict_free;
import static org.bytedeco.ffmpeg.global.avutil.av_dict_set;
import static org.bytedeco.ffmpeg.global.avutil.av_frame_alloc;
import static org.bytedeco.ffmpeg.global.avutil.av_frame_free;
import static org.bytedeco.ffmpeg.global.avutil.av_frame_get_buffer;
import static org.bytedeco.ffmpeg.global.avutil.av_frame_make_writable;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.bytedeco.ffmpeg.avcodec.AVCodec;
import org.bytedeco.ffmpeg.avcodec.AVCodecContext;
import org.bytedeco.ffmpeg.avcodec.AVPacket;
import org.bytedeco.ffmpeg.avutil.AVDictionary;
import org.bytedeco.ffmpeg.avutil.AVFrame;
import org.bytedeco.javacpp.BytePointer;

/**
 * OpenH264 in process: one picture in, one coded picture out, never skipping one. Key pictures carry the parameter sets
 * in band. Confined to one thread at a time; the native memory is freed by {@link #close}.
 */
final class H264Encoder implements Closeable {
    /** What a drawn camera is encoded with. */
    record Settings(int width, int height, int picturesPer1000Seconds, int gopPictures, int bitsPerSecond) {}

    private final Settings settings;
    private final AVCodecContext context;
    private final AVFrame frame;
    private final AVPacket packet;
    private final byte[] header;
    private final ParameterSets parameterSets;
    private long sent;
    private boolean closed;

    H264Encoder(Settings settings) throws IOException {
        Libav.quiet();
        this.settings = settings;
        AVCodec codec = avcodec_find_encoder_by_name("libopenh264");
        if (codec == null) {
            throw new IOException("encoder: libopenh264 is not in this build of FFmpeg");
        }
        context = avcodec_alloc_context3(codec);
        frame = av_frame_alloc();
        packet = av_packet_alloc();
        try {
            open(codec);
            header = new byte[context.extradata_size()];
            context.extradata().get(header);
            parameterSets = ParameterSets.ofPicture(Picture.ofAnnexB(PictureCodec.H264, header.clone()));
            frame.format(AV_PIX_FMT_YUV420P).width(settings.width).height(settings.height);
            Libav.check(av_frame_get_buffer(frame, 0), "allocate a picture of " + settings);
        } catch (IOException e) {
            close();
            throw e;
        }
    }

    private void open(AVCodec codec) throws IOException {
        context.width(settings.width).height(settings.height).pix_fmt(AV_PIX_FMT_YUV420P);
        context.time_base().num(1000).den(settings.picturesPer1000Seconds);
        context.framerate().num(settings.picturesPer1000Seconds).den(1000);
        context.gop_size(settings.gopPictures).max_b_frames(0).thread_count(1);
        context.bit_rate(settings.bitsPerSecond);
        context.color_range(AVCOL_RANGE_MPEG).colorspace(AVCOL_SPC_SMPTE170M);
        // The parameter sets are wanted before the first picture, for the session description.
        context.flags(context.flags() | AV_CODEC_FLAG_GLOBAL_HEADER);
        AVDictionary options = new AVDictionary(null);
        try {
            av_dict_set(options, "profile", "constrained_baseline", 0);
            av_dict_set(options, "rc_mode", "bitrate", 0);
            av_dict_set(options, "allow_skip_frames", "0", 0);
            Libav.check(avcodec_open2(context, codec, options), "open libopenh264 for " + settings);
        } finally {
            av_dict_free(options);
        }
    }

    ParameterSets parameterSets() {
        return parameterSets;
    }

    /** Codes one picture. {@code key} asks for a key picture out of turn. */
    Picture encode(Planes planes, boolean key) throws IOException {
        Libav.check(av_frame_make_writable(frame), "prepare a picture");
        fill(0, planes.y, settings.width, settings.height);
        fill(1, planes.u, settings.width / 2, settings.height / 2);
        fill(2, planes.v, settings.width / 2, settings.height / 2);
        frame.pts(sent++);
        frame.pict_type(key ? AV_PICTURE_TYPE_I : AV_PICTURE_TYPE_NONE);
        Libav.check(avcodec_send_frame(context, frame), "encode a picture");
        Libav.check(avcodec_receive_packet(context, packet), "take a coded picture");
        try {
            return picture();
        } finally {
            av_packet_unref(packet);
        }
    }

    private Picture picture() throws IOException {
        byte[] coded = new byte[packet.size()];
        packet.data().get(coded);
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

    private void fill(int plane, byte[] from, int width, int height) {
        int stride = frame.linesize(plane);
        BytePointer data = frame.data(plane);
        for (int row = 0; row < height; row++) {
            data.position((long) row * stride).put(from, row * width, width);
        }
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            av_packet_free(packet);
            av_frame_free(frame);
            avcodec_free_context(context);
        }
    }
}
