// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.camera;

import static org.bytedeco.ffmpeg.global.avcodec.av_packet_alloc;
import static org.bytedeco.ffmpeg.global.avcodec.av_packet_free;
import static org.bytedeco.ffmpeg.global.avcodec.av_packet_unref;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_alloc_context3;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_find_decoder;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_free_context;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_open2;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_parameters_to_context;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_receive_frame;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_send_packet;
import static org.bytedeco.ffmpeg.global.avutil.AVERROR_EOF;
import static org.bytedeco.ffmpeg.global.avutil.av_frame_alloc;
import static org.bytedeco.ffmpeg.global.avutil.av_frame_free;
import static org.bytedeco.ffmpeg.global.avutil.av_frame_unref;
import static org.bytedeco.ffmpeg.presets.avutil.AVERROR_EAGAIN;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.bytedeco.ffmpeg.avcodec.AVCodec;
import org.bytedeco.ffmpeg.avcodec.AVCodecContext;
import org.bytedeco.ffmpeg.avcodec.AVPacket;
import org.bytedeco.ffmpeg.avutil.AVDictionary;
import org.bytedeco.ffmpeg.avutil.AVFrame;
import org.bytedeco.javacpp.BytePointer;

/**
 * Decodes a file that was recorded from drawn cameras and follows its bar codes: how many pictures there are and whether
 * one is missing, repeated or out of place. Confined to one thread.
 */
public final class PictureProbe implements Closeable {
    /** Bar codes' frame numbers have 32 bits. */
    private static final long NO_CLIP = 1L << 32;

    private final FileDemuxer demuxer;
    private final long clipPictures;
    private final AVCodecContext context;
    private final AVFrame frame;

    private long pictures;
    private long withBarCode;
    private long jumps;
    private Optional<BarCode> first = Optional.empty();
    private Optional<BarCode> last = Optional.empty();

    private PictureProbe(Path file, long clipPictures) throws IOException {
        this.clipPictures = clipPictures;
        demuxer = new FileDemuxer(file);
        AVCodec codec = avcodec_find_decoder(demuxer.codecParameters().codec_id());
        context = avcodec_alloc_context3(codec);
        frame = av_frame_alloc();
        try {
            Libav.check(avcodec_parameters_to_context(context, demuxer.codecParameters()), file + ": read codec");
            context.thread_count(1);
            Libav.check(avcodec_open2(context, codec, (AVDictionary) null), file + ": open decoder");
        } catch (IOException e) {
            close();
            throw e;
        }
    }

    /** Reads a file from its first picture to its last. */
    public static PictureReport read(Path file) throws IOException {
        return read(file, NO_CLIP);
    }

    /**
     * Reads a file that was recorded from a clip played round and round, whose frame numbers begin again with the clip.
     *
     * @param clipPictures pictures in the clip
     */
    public static PictureReport read(Path file, long clipPictures) throws IOException {
        try (PictureProbe probe = new PictureProbe(file, clipPictures)) {
            while (probe.demuxer.advance()) {
                probe.decode(probe.demuxer.packet());
            }
            probe.finish();
            return new PictureReport(probe.pictures, probe.withBarCode, probe.first, probe.last, probe.jumps);
        }
    }

    private void decode(AVPacket packet) throws IOException {
        // What the decoder cannot use it passes over; the count of pictures and the jumps then tell.
        avcodec_send_packet(context, packet);
        takeFrames();
    }

    private void finish() throws IOException {
        // An empty packet makes the decoder give out the pictures it still holds back.
        AVPacket flush = av_packet_alloc();
        try {
            avcodec_send_packet(context, flush);
            takeFrames();
        } finally {
            av_packet_unref(flush);
            av_packet_free(flush);
        }
    }

    private void takeFrames() throws IOException {
        while (true) {
            int code = avcodec_receive_frame(context, frame);
            if (code == AVERROR_EAGAIN() || code == AVERROR_EOF) {
                return;
            }
            Libav.check(code, "decode picture " + pictures);
            look();
            av_frame_unref(frame);
        }
    }

    private void look() {
        pictures++;
        int stride = frame.linesize(0);
        BytePointer luma = frame.data(0);
        luma.capacity((long) stride * frame.height());
        Optional<BarCode> code = BarCode.read(luma.asByteBuffer(), stride, frame.width(), frame.height());
        if (code.isEmpty()) {
            return;
        }
        withBarCode++;
        if (last.isPresent() && code.get().frame() != (last.get().frame() + 1) % clipPictures) {
            jumps++;
        }
        first = first.or(() -> code);
        last = code;
    }

    @Override
    public void close() {
        av_frame_free(frame);
        avcodec_free_context(context);
        demuxer.close();
    }
}
