// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.camera;

import static org.bytedeco.ffmpeg.global.avcodec.AV_CODEC_ID_H264;
import static org.bytedeco.ffmpeg.global.avcodec.AV_CODEC_ID_HEVC;
import static org.bytedeco.ffmpeg.global.avcodec.AV_CODEC_ID_MJPEG;
import static org.bytedeco.ffmpeg.global.avcodec.AV_PKT_DATA_NEW_EXTRADATA;
import static org.bytedeco.ffmpeg.global.avcodec.av_packet_alloc;
import static org.bytedeco.ffmpeg.global.avcodec.av_packet_free;
import static org.bytedeco.ffmpeg.global.avcodec.av_packet_get_side_data;
import static org.bytedeco.ffmpeg.global.avcodec.av_packet_unref;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_get_name;
import static org.bytedeco.ffmpeg.global.avformat.av_find_best_stream;
import static org.bytedeco.ffmpeg.global.avformat.av_guess_frame_rate;
import static org.bytedeco.ffmpeg.global.avformat.av_read_frame;
import static org.bytedeco.ffmpeg.global.avformat.avformat_close_input;
import static org.bytedeco.ffmpeg.global.avformat.avformat_find_stream_info;
import static org.bytedeco.ffmpeg.global.avformat.avformat_open_input;
import static org.bytedeco.ffmpeg.global.avutil.AVERROR_EOF;
import static org.bytedeco.ffmpeg.global.avutil.AVMEDIA_TYPE_VIDEO;
import static org.bytedeco.ffmpeg.global.avutil.AV_NOPTS_VALUE;
import static org.bytedeco.ffmpeg.global.avutil.av_dict_free;
import static org.bytedeco.ffmpeg.global.avutil.av_dict_set;

import java.io.Closeable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.bytedeco.ffmpeg.avcodec.AVCodec;
import org.bytedeco.ffmpeg.avcodec.AVCodecParameters;
import org.bytedeco.ffmpeg.avcodec.AVPacket;
import org.bytedeco.ffmpeg.avformat.AVFormatContext;
import org.bytedeco.ffmpeg.avformat.AVStream;
import org.bytedeco.ffmpeg.avutil.AVDictionary;
import org.bytedeco.ffmpeg.avutil.AVRational;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.SizeTPointer;

/** Takes the H.264 or H.265 pictures out of a file by libavformat, one after the other. Confined to one thread; native memory is freed by {@link #close}. */
final class FileDemuxer implements Closeable {
    /** Of an elementary file that does not tell its own. */
    private static final int DEFAULT_PICTURES_PER_SECOND = 25;

    /** Where the records of ISO/IEC 14496-15 say how long a length is. */
    private static final int AVCC_LENGTH_SIZE = 4;

    private static final int HVCC_LENGTH_SIZE = 21;

    private final Path file;
    private final AVFormatContext format = new AVFormatContext(null);
    private final AVPacket packet = av_packet_alloc();
    private final AVStream stream;
    private final PictureCodec codec;
    private final byte[] extradata;
    /** Bytes of a NAL unit's length field, or 0 where the file has start codes. */
    private final int lengthSize;

    private long count;
    private long lastTicks;
    private long lastDurationTicks;

    FileDemuxer(Path file) throws IOException {
        this.file = file;
        Libav.quiet();
        try {
            open();
            stream = videoStream();
            codec = codecOf(stream.codecpar().codec_id());
            extradata = bytes(stream.codecpar().extradata(), stream.codecpar().extradata_size());
            int lengthAt = codec == PictureCodec.H265 ? HVCC_LENGTH_SIZE : AVCC_LENGTH_SIZE;
            lengthSize = extradata.length > lengthAt + 1 && extradata[0] == 1 ? (extradata[lengthAt] & 3) + 1 : 0;
            if (lengthSize == 0 && stream.codecpar().video_delay() > 0) {
                throw new IOException(file + ": an elementary file with reordered pictures does not tell when they are"
                        + " shown (expected: the same in MP4 or Matroska)");
            }
        } catch (IOException e) {
            close();
            throw e;
        }
    }

    private void open() throws IOException {
        AVDictionary options = new AVDictionary(null);
        try (BytePointer url = new BytePointer("file:" + file.toAbsolutePath(), StandardCharsets.UTF_8)) {
            // Only what a camera's file is: no playlist or reference that would open something else.
            av_dict_set(options, "format_whitelist", "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,h264,hevc", 0);
            av_dict_set(options, "protocol_whitelist", "file", 0);
            Libav.check(
                    avformat_open_input(format, url, null, options),
                    file + ": open (expected: MP4, MKV, H.264 or H.265)");
        } finally {
            av_dict_free(options);
        }
        Libav.check(avformat_find_stream_info(format, (AVDictionary) null), file + ": read stream headers");
    }

    private static PictureCodec codecOf(int id) {
        if (id == AV_CODEC_ID_MJPEG) {
            return PictureCodec.JPEG;
        }
        return id == AV_CODEC_ID_HEVC ? PictureCodec.H265 : PictureCodec.H264;
    }

    private AVStream videoStream() throws IOException {
        int index = av_find_best_stream(format, AVMEDIA_TYPE_VIDEO, -1, -1, (AVCodec) null, 0);
        Libav.check(index, file + ": find a video stream");
        AVStream found = format.streams(index);
        AVCodecParameters parameters = found.codecpar();
        if (parameters.codec_id() != AV_CODEC_ID_H264
                && parameters.codec_id() != AV_CODEC_ID_HEVC
                && parameters.codec_id() != AV_CODEC_ID_MJPEG) {
            throw new IOException(file + ": video codec: "
                    + avcodec_get_name(parameters.codec_id()).getString() + " (expected: h264, hevc or mjpeg)");
        }
        return found;
    }

    /** Moves to the next picture; false at the end of the file. */
    boolean advance() throws IOException {
        while (true) {
            av_packet_unref(packet);
            int code = av_read_frame(format, packet);
            if (code == AVERROR_EOF) {
                return false;
            }
            Libav.check(code, file + ": read picture " + count);
            if (packet.stream_index() == stream.index()) {
                time();
                count++;
                return true;
            }
        }
    }

    private void time() throws IOException {
        lastDurationTicks = packet.duration() > 0 ? ticks(packet.duration()) : ticksPerPicture();
        if (lengthSize == 0) {
            lastTicks = count * ticksPerPicture();
            return;
        }
        if (packet.pts() == AV_NOPTS_VALUE) {
            throw new IOException(file + ": picture " + count + " has no time (expected: all have one)");
        }
        if (!Pointer.isNull(av_packet_get_side_data(packet, AV_PKT_DATA_NEW_EXTRADATA, (SizeTPointer) null))) {
            throw new IOException(file + ": picture " + count
                    + " begins with other parameter sets in the file's header (expected: one set for the whole file)");
        }
        lastTicks = ticks(packet.pts());
    }

    private long ticks(long time) {
        AVRational base = stream.time_base();
        return Math.round((double) time * base.num() * PictureSource.CLOCK_RATE / base.den());
    }

    private long ticksPerPicture() {
        AVRational rate = av_guess_frame_rate(format, stream, null);
        return rate.num() > 0 && rate.den() > 0
                ? Math.round((double) PictureSource.CLOCK_RATE * rate.den() / rate.num())
                : PictureSource.CLOCK_RATE / DEFAULT_PICTURES_PER_SECOND;
    }

    /** The packet moved to; valid until the next move. */
    AVPacket packet() {
        return packet;
    }

    AVCodecParameters codecParameters() {
        return stream.codecpar();
    }

    /** The picture moved to. A JPEG's Huffman tables are not looked at, and RTP does not send them: no such file is served. */
    Picture picture() throws IOException {
        if (codec == PictureCodec.JPEG) {
            throw new IOException(file + ": video codec: mjpeg (expected: h264 or hevc)");
        }
        byte[] sample = bytes(packet.data(), packet.size());
        try {
            return lengthSize > 0
                    ? Picture.ofLengthPrefixed(codec, sample, lengthSize)
                    : Picture.ofAnnexB(codec, sample);
        } catch (IOException e) {
            throw new IOException(file + ": picture " + count + ": " + e.getMessage(), e);
        }
    }

    long ticks90k() {
        return lastTicks;
    }

    long lastDurationTicks() {
        return lastDurationTicks;
    }

    /** From the file's header, or from the first picture where the file has none. */
    ParameterSets parameterSets(Picture first) throws IOException {
        try {
            if (lengthSize == 0) {
                return ParameterSets.ofPicture(
                        extradata.length > 0 ? Picture.ofAnnexB(codec, extradata.clone()) : first);
            }
            return codec == PictureCodec.H265 ? ParameterSets.ofHvcC(extradata) : ParameterSets.ofAvcC(extradata);
        } catch (IOException e) {
            throw new IOException(file + ": " + e.getMessage(), e);
        }
    }

    private static byte[] bytes(BytePointer data, int size) {
        if (Pointer.isNull(data) || size <= 0) {
            return new byte[0];
        }
        byte[] bytes = new byte[size];
        data.get(bytes);
        return bytes;
    }

    @Override
    public void close() {
        av_packet_free(packet);
        if (!format.isNull()) {
            avformat_close_input(format);
        }
    }
}
