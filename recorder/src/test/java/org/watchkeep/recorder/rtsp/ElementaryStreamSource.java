// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.rtsp;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A camera for these tests: loops over an H.264 Annex B file, at 25 pictures a second unless told otherwise. One slice a
 * picture, as the encoder that made the file was told.
 */
public final class ElementaryStreamSource implements MediaSource {
    private static final int MAX_PAYLOAD = 1_400;
    private static final int TICKS_PER_SECOND = 90_000;
    static final int USUAL_PICTURES_PER_SECOND = 25;

    private final List<List<byte[]>> pictures = new ArrayList<>();
    private byte[] sps = new byte[0];
    private byte[] pps = new byte[0];
    private final int picturesPerSecond;

    public ElementaryStreamSource(byte[] annexB) {
        this(annexB, USUAL_PICTURES_PER_SECOND);
    }

    /** @param picturesPerSecond a divisor of 90,000 */
    ElementaryStreamSource(byte[] annexB, int picturesPerSecond) {
        this.picturesPerSecond = picturesPerSecond;
        List<byte[]> picture = new ArrayList<>();
        for (byte[] nal : nalUnits(annexB)) {
            int type = nal[0] & 0x1f;
            if (type == 7) {
                sps = nal;
            } else if (type == 8) {
                pps = nal;
            }
            picture.add(nal);
            if (type == 1 || type == 5) {
                pictures.add(picture);
                picture = new ArrayList<>();
            }
        }
    }

    private static List<byte[]> nalUnits(byte[] annexB) {
        List<byte[]> units = new ArrayList<>();
        int start = -1;
        for (int i = 0; i + 2 < annexB.length; i++) {
            if (annexB[i] == 0 && annexB[i + 1] == 0 && annexB[i + 2] == 1) {
                if (start >= 0) {
                    units.add(trimmed(annexB, start, i));
                }
                start = i + 3;
            }
        }
        units.add(trimmed(annexB, start, annexB.length));
        return units;
    }

    private static byte[] trimmed(byte[] bytes, int from, int to) {
        int end = to;
        while (end > from && bytes[end - 1] == 0) {
            end--;
        }
        return java.util.Arrays.copyOfRange(bytes, from, end);
    }

    @Override
    public String sdp() {
        Base64.Encoder base64 = Base64.getEncoder();
        return String.join(
                "\r\n",
                "v=0",
                "o=- 1 1 IN IP4 127.0.0.1",
                "s=test",
                "t=0 0",
                "a=control:*",
                "m=video 0 RTP/AVP 96",
                "c=IN IP4 0.0.0.0",
                "a=rtpmap:96 H264/90000",
                "a=fmtp:96 packetization-mode=1;sprop-parameter-sets=" + base64.encodeToString(sps) + ","
                        + base64.encodeToString(pps),
                "a=control:trackID=0",
                "");
    }

    @Override
    public MediaSubscription subscribe(MediaSink sink) {
        Playing playing = new Playing(sink);
        playing.next();
        return playing;
    }

    private final class Playing implements MediaSubscription {
        private final MediaSink sink;
        private int sequence = 1_000;
        private long picture;
        private boolean stopped;

        Playing(MediaSink sink) {
            this.sink = sink;
        }

        void next() {
            if (stopped) {
                return;
            }
            if (sink.isWritable()) {
                List<byte[]> units = pictures.get((int) (picture % pictures.size()));
                for (int i = 0; i < units.size(); i++) {
                    send(units.get(i), i == units.size() - 1);
                }
                sink.flush();
            }
            picture++;
            var unused = sink.loop()
                    .schedule(this::next, TimeUnit.SECONDS.toNanos(1) / picturesPerSecond, TimeUnit.NANOSECONDS);
        }

        private void send(byte[] nal, boolean last) {
            if (nal.length <= MAX_PAYLOAD) {
                sink.sendRtp(0, packet(last).writeBytes(nal));
                return;
            }
            // RFC 6184 5.8: FU-A.
            int at = 1;
            while (at < nal.length) {
                int length = Math.min(MAX_PAYLOAD, nal.length - at);
                boolean end = at + length == nal.length;
                int start = at == 1 ? 0x80 : 0;
                ByteBuf packet = packet(last && end);
                packet.writeByte((nal[0] & 0xe0) | 28).writeByte(start | (end ? 0x40 : 0) | (nal[0] & 0x1f));
                sink.sendRtp(0, packet.writeBytes(nal, at, length));
                at += length;
            }
        }

        private ByteBuf packet(boolean marker) {
            return Unpooled.buffer(1_500)
                    .writeByte(0x80)
                    .writeByte(marker ? 0x80 | 96 : 96)
                    .writeShort(sequence++)
                    .writeInt((int) (picture * (TICKS_PER_SECOND / picturesPerSecond)))
                    .writeInt(0x1234_5678);
        }

        @Override
        public void onWritable() {}

        @Override
        public void stop() {
            stopped = true;
        }
    }
}
