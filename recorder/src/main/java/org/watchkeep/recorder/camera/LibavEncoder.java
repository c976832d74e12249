// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.camera;

import static org.bytedeco.ffmpeg.global.avcodec.av_packet_alloc;
import static org.bytedeco.ffmpeg.global.avcodec.av_packet_free;
import static org.bytedeco.ffmpeg.global.avcodec.av_packet_unref;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_alloc_context3;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_find_encoder_by_name;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_free_context;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_open2;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_receive_packet;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_send_frame;
import static org.bytedeco.ffmpeg.global.avutil.AV_PICTURE_TYPE_I;
import static org.bytedeco.ffmpeg.global.avutil.AV_PICTURE_TYPE_NONE;
import static org.bytedeco.ffmpeg.global.avutil.av_dict_free;
import static org.bytedeco.ffmpeg.global.avutil.av_dict_set;
import static org.bytedeco.ffmpeg.global.avutil.av_frame_alloc;
import static org.bytedeco.ffmpeg.global.avutil.av_frame_free;
import static org.bytedeco.ffmpeg.global.avutil.av_frame_get_buffer;
import static org.bytedeco.ffmpeg.global.avutil.av_frame_make_writable;

import java.io.Closeable;
import java.io.IOException;
import java.util.Map;
import java.util.function.Consumer;
import org.bytedeco.ffmpeg.avcodec.AVCodec;
import org.bytedeco.ffmpeg.avcodec.AVCodecContext;
import org.bytedeco.ffmpeg.avcodec.AVPacket;
import org.bytedeco.ffmpeg.avutil.AVDictionary;
import org.bytedeco.ffmpeg.avutil.AVFrame;
import org.bytedeco.javacpp.BytePointer;

/**
 * One of FFmpeg's encoders, in process: one picture in, its bytes out. Confined to one thread at a time; the native memory is
 * freed by {@link #close}.
 */
final class LibavEncoder implements Closeable {
    private final String name;
    private final int width;
    private final int height;
    private final AVCodecContext context;
    private final AVFrame frame;
    private final AVPacket packet;
    private long sent;
    private boolean closed;

    /**
     * @param name as FFmpeg knows it
     * @param set sets what is the encoder's own; size, format and threads are set
     * @param options private ones
     */
    LibavEncoder(
            String name,
            int width,
            int height,
            int pixelFormat,
            Consumer<AVCodecContext> set,
            Map<String, String> options)
            throws IOException {
        Libav.quiet();
        this.name = name;
        this.width = width;
        this.height = height;
        AVCodec codec = avcodec_find_encoder_by_name(name);
        if (codec == null) {
            throw new IOException("encoder: " + name + " is not in this build of FFmpeg");
        }
        context = avcodec_alloc_context3(codec);
        frame = av_frame_alloc();
        packet = av_packet_alloc();
        try {
            context.width(width).height(height).pix_fmt(pixelFormat).thread_count(1);
            set.accept(context);
            open(codec, options);
            frame.format(pixelFormat).width(width).height(height);
            Libav.check(av_frame_get_buffer(frame, 0), "allocate a picture of " + width + "x" + height);
        } catch (IOException e) {
            close();
            throw e;
        }
    }

    private void open(AVCodec codec, Map<String, String> options) throws IOException {
        AVDictionary dictionary = new AVDictionary(null);
        try {
            options.forEach((key, value) -> av_dict_set(dictionary, key, value, 0));
            Libav.check(avcodec_open2(context, codec, dictionary), "open " + name + " for " + width + "x" + height);
        } finally {
            av_dict_free(dictionary);
        }
    }

    /** What the encoder says before its first picture. */
    byte[] header() {
        byte[] header = new byte[context.extradata_size()];
        if (header.length > 0) {
            context.extradata().get(header);
        }
        return header;
    }

    byte[] encode(Planes planes, boolean key) throws IOException {
        Libav.check(av_frame_make_writable(frame), "prepare a picture");
        fill(0, planes.y, width, height);
        fill(1, planes.u, width / 2, height / 2);
        fill(2, planes.v, width / 2, height / 2);
        frame.pts(sent++);
        frame.quality(context.global_quality());
        frame.pict_type(key ? AV_PICTURE_TYPE_I : AV_PICTURE_TYPE_NONE);
        Libav.check(avcodec_send_frame(context, frame), "encode a picture");
        Libav.check(avcodec_receive_packet(context, packet), "take a coded picture");
        try {
            byte[] coded = new byte[packet.size()];
            packet.data().get(coded);
            return coded;
        } finally {
            av_packet_unref(packet);
        }
    }

    private void fill(int plane, byte[] from, int columns, int rows) {
        int stride = frame.linesize(plane);
        BytePointer data = frame.data(plane);
        for (int row = 0; row < rows; row++) {
            data.position((long) row * stride).put(from, row * columns, columns);
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
