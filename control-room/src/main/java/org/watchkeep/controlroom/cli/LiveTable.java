// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.controlroom.cli;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.watchkeep.recorder.ingest.CameraStatus;

/**
 * Cameras as they are being recorded: on a terminal a table that is drawn over itself each second, elsewhere a line now
 * and then. Confined to the command's thread.
 */
final class LiveTable {
    /** Where nobody watches, a line every so often is enough to see that it goes on. */
    private static final int SECONDS_BETWEEN_LINES = 5;

    private static final String CLEAR_TO_END_OF_LINE = "\033[K";
    private static final String CLEAR_BELOW = "\033[J";

    private final Shell shell;
    private final boolean quiet;
    private int drawnLines;
    private long nextLineSecond;

    /** @param quiet standard output belongs to a JSON document: lines go to standard error */
    LiveTable(Shell shell, boolean quiet) {
        this.shell = shell;
        this.quiet = quiet;
    }

    void show(Duration elapsed, List<CameraStatus> cameras, String foot) {
        if (shell.screen().isPresent() && !quiet) {
            draw(shell.screen().get(), elapsed, cameras, foot);
        } else if (elapsed.toSeconds() >= nextLineSecond) {
            nextLineSecond = elapsed.toSeconds() + SECONDS_BETWEEN_LINES;
            String line = clock(elapsed) + "  " + CameraRows.progress(cameras);
            if (quiet) {
                shell.note(line);
            } else {
                shell.say(line);
            }
        }
    }

    private void draw(Shell.Screen screen, Duration elapsed, List<CameraStatus> cameras, String foot) {
        List<String> lines = new ArrayList<>();
        lines.add("Watchkeep demo  " + clock(elapsed));
        lines.add("");
        lines.add(CameraRows.head(screen.columns()));
        cameras.forEach(camera -> lines.add(CameraRows.row(camera, screen.columns())));
        lines.add("");
        lines.add(CameraRows.progress(cameras));
        lines.addAll(foot.lines().toList());
        // A table taller than the screen cannot be drawn over itself: leave out its middle.
        int most = Math.max(4, screen.rows() - 1);
        if (lines.size() > most) {
            List<String> tail = List.of("… and more cameras", lines.get(lines.size() - 1));
            lines.subList(most - tail.size(), lines.size()).clear();
            lines.addAll(tail);
        }
        StringBuilder drawing = new StringBuilder();
        if (drawnLines > 0) {
            drawing.append("\033[").append(drawnLines).append('A');
        }
        for (String line : lines) {
            drawing.append('\r')
                    .append(CameraRows.shortened(line, screen.columns()))
                    .append(CLEAR_TO_END_OF_LINE)
                    .append('\n');
        }
        drawing.append(CLEAR_BELOW);
        shell.out().print(drawing);
        shell.out().flush();
        drawnLines = lines.size();
    }

    private static String clock(Duration elapsed) {
        return String.format(
                Locale.ROOT, "%02d:%02d:%02d", elapsed.toHours(), elapsed.toMinutesPart(), elapsed.toSecondsPart());
    }
}
