// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.rtsp;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The LIVE555 library before 4 June 2017 (Reolink RLC-410: {@code v2013.04.08}) goes on writing the media of a connection
 * that broke into whichever new connection gets the same descriptor. Known by {@code a=tool}.
 */
final class Live555 {
    private static final Pattern TOOL = Pattern.compile("LIVE555 Streaming Media v(\\d{4}\\.\\d{2}\\.\\d{2})");
    private static final String FIXED = "2017.06.04";

    private Live555() {}

    static boolean keepsDeadSessions(Optional<String> tool) {
        Matcher matcher = TOOL.matcher(tool.orElse(""));
        return matcher.find() && matcher.group(1).compareTo(FIXED) < 0;
    }
}
