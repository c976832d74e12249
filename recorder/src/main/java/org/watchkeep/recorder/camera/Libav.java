// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.camera;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.bytedeco.ffmpeg.global.avutil;

/** How this package speaks to FFmpeg's libraries: return codes become exceptions, and FFmpeg stays quiet. */
final class Libav {
    private static final int ERROR_TEXT_BYTES = 128;

    private Libav() {}

    /** Called before the first use of a library: only real errors go to stderr, never progress. */
    static void quiet() {
        avutil.av_log_set_level(avutil.AV_LOG_FATAL);
    }

    /** Passes a good return code on; a negative one is an error. */
    static int check(int code, String act) throws IOException {
        if (code < 0) {
            throw new IOException(act + ": " + text(code));
        }
        return code;
    }

    /** A native object that FFmpeg could not make: it was out of memory. */
    static <T> T made(T pointer, boolean isNull, String what) throws IOException {
        if (isNull) {
            throw new IOException(what + ": FFmpeg could not allocate it");
        }
        return pointer;
    }

    private static String text(int code) {
        byte[] text = new byte[ERROR_TEXT_BYTES];
        avutil.av_strerror(code, text, text.length);
        int end = 0;
        while (end < text.length && text[end] != 0) {
            end++;
        }
        return new String(text, 0, end, StandardCharsets.UTF_8) + " (" + code + ")";
    }
}
