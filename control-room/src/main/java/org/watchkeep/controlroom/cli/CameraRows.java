// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.controlroom.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.watchkeep.controlroom.config.SizeText;
import org.watchkeep.controlroom.control.Documents;
import org.watchkeep.recorder.ingest.CameraState;
import org.watchkeep.recorder.ingest.CameraStatus;
import org.watchkeep.recorder.ingest.CameraStatus.Terms;
import org.watchkeep.recorder.rtsp.DatagramCounts;

/** Cameras being recorded, as JSON and as rows of a table. Immutable. */
final class CameraRows {
    private static final int LEAST_NAME_COLUMNS = 14;
    private static final int MOST_NAME_COLUMNS = 40;
    /** What a row takes besides the name. */
    private static final int OTHER_COLUMNS = 66;

    private CameraRows() {}

    /** The fields that {@code demo} and {@code serve} print of a camera. */
    static ObjectNode json(CameraStatus camera) {
        ObjectNode node = Documents.part()
                .put("id", camera.id())
                .put("number", camera.number())
                .put("name", camera.name());
        putStream(node, camera);
        camera.sub().ifPresent(sub -> putStream(node.putObject("sub"), sub));
        return node;
    }

    private static void putStream(ObjectNode node, CameraStatus camera) {
        node.put("transport", camera.terms().map(Terms::transport).orElse(null))
                .put("codec", camera.terms().map(Terms::codec).orElse(null))
                .put("auth", camera.terms().map(Terms::auth).orElse(null))
                .put("acknowledgedSeconds", camera.acknowledgedSeconds())
                .put("lostPackets", camera.lostPackets())
                .put("damagedPictures", camera.damagedAccessUnits());
        DatagramCounts datagrams = camera.datagrams();
        node.putObject("datagrams")
                .put("reordered", datagrams.reordered())
                .put("duplicates", datagrams.duplicates())
                .put("late", datagrams.late())
                .put("refused", datagrams.refused());
        if (camera.terms().isEmpty()) {
            node.put("termsReason", "no session yet: " + camera.detail());
        }
    }

    static String head(int columns) {
        return format(nameColumns(columns), "No.", "Camera", "Stream", "Login", "On disk", "Bytes", "Lost", "State");
    }

    static String row(CameraStatus camera, int columns) {
        int width = nameColumns(columns);
        return format(
                width,
                Integer.toString(camera.number()),
                shortened(camera.name(), width),
                camera.terms()
                        .map(terms -> terms.transport() + " " + terms.codec())
                        .orElse("-"),
                camera.terms().map(Terms::auth).orElse("-"),
                String.format(Locale.ROOT, "%.1f s", camera.acknowledgedSeconds()),
                SizeText.format(camera.store().acknowledgedBytes()),
                Long.toString(camera.lostPackets()),
                state(camera) + camera.sub().map(sub -> "; sub " + state(sub)).orElse(""));
    }

    private static String state(CameraStatus stream) {
        return stream.state().code() + (stream.detail().isEmpty() ? "" : ": " + stream.detail());
    }

    private static String format(int nameColumns, Object... cells) {
        String pattern = "%4s  %-" + nameColumns + "s  %-8s  %-10s  %9s  %8s  %4s  %s";
        return String.format(Locale.ROOT, pattern, cells);
    }

    private static int nameColumns(int columns) {
        return Math.max(LEAST_NAME_COLUMNS, Math.min(MOST_NAME_COLUMNS, columns - OTHER_COLUMNS));
    }

    /** How many are being recorded, and what all of them have brought so far. */
    static String progress(List<CameraStatus> cameras) {
        long recording = cameras.stream()
                .filter(camera -> camera.state() == CameraState.RECORDING)
                .count();
        return recording + " of " + cameras.size() + " recording, " + total(cameras);
    }

    /**
     * How it ended: a camera that brought nothing is named with the reason.
     *
     * @param atTheStop the same cameras in the same order, while they still knew why they did not record
     */
    static String outcome(List<CameraStatus> ended, List<CameraStatus> atTheStop) {
        List<CameraStatus> recorded =
                ended.stream().filter(CameraRows::hasRecorded).toList();
        if (recorded.size() == ended.size()) {
            return Notes.counted(ended.size(), "camera") + ", " + total(ended);
        }
        StringBuilder text = new StringBuilder();
        text.append(recorded.size()).append(" of ").append(ended.size()).append(" cameras recorded");
        if (!recorded.isEmpty()) {
            text.append(", ").append(total(recorded));
        }
        for (int i = 0; i < ended.size(); i++) {
            if (!hasRecorded(ended.get(i))) {
                String why = atTheStop.get(i).detail();
                text.append("; ")
                        .append(ended.get(i).id())
                        .append(": ")
                        .append(why.isEmpty() ? "no picture came" : why);
            }
        }
        return text.toString();
    }

    private static boolean hasRecorded(CameraStatus camera) {
        return camera.acknowledgedSeconds() > 0;
    }

    /** What all of them have brought. */
    static String total(List<CameraStatus> cameras) {
        double least = cameras.stream()
                .mapToDouble(CameraStatus::acknowledgedSeconds)
                .min()
                .orElse(0);
        List<CameraStatus> streams = cameras.stream()
                .flatMap(camera -> Stream.concat(Stream.of(camera), camera.sub().stream()))
                .toList();
        long bytes = streams.stream()
                .mapToLong(stream -> stream.store().acknowledgedBytes())
                .sum();
        long lost = streams.stream().mapToLong(CameraStatus::lostPackets).sum();
        return String.format(
                Locale.ROOT,
                "%.1f s or more of each on disk, %s, %d packets lost",
                least,
                SizeText.format(bytes),
                lost);
    }

    static String shortened(String text, int columns) {
        return text.length() <= columns ? text : text.substring(0, Math.max(0, columns - 1)) + "…";
    }
}
