// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.controlroom.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Locale;
import org.watchkeep.controlroom.config.SizeText;
import org.watchkeep.controlroom.control.Documents;
import org.watchkeep.recorder.ingest.CameraState;
import org.watchkeep.recorder.ingest.CameraStatus;
import org.watchkeep.recorder.ingest.CameraStatus.Terms;

/** Cameras being recorded, as JSON and as rows of a table. Immutable. */
final class CameraRows {
    private static final int NAME_COLUMNS = 26;

    private CameraRows() {}

    /** The fields that {@code demo} and {@code serve} print of a camera. */
    static ObjectNode json(CameraStatus camera) {
        ObjectNode node = Documents.part()
                .put("id", camera.id())
                .put("number", camera.number())
                .put("name", camera.name())
                .put("transport", camera.terms().map(Terms::transport).orElse(null))
                .put("codec", camera.terms().map(Terms::codec).orElse(null))
                .put("auth", camera.terms().map(Terms::auth).orElse(null))
                .put("acknowledgedSeconds", camera.acknowledgedSeconds())
                .put("lostPackets", camera.lostPackets());
        return camera.terms().isPresent() ? node : node.put("termsReason", "no session yet: " + camera.detail());
    }

    static String head() {
        return String.format(
                Locale.ROOT,
                "%6s  %-" + NAME_COLUMNS + "s  %-9s %-5s %-10s %10s  %9s  %6s  %s",
                "No.",
                "Camera",
                "Transport",
                "Codec",
                "Login",
                "Recorded",
                "Bytes",
                "Lost",
                "State");
    }

    static String row(CameraStatus camera) {
        String state = camera.state().code() + (camera.detail().isEmpty() ? "" : ": " + camera.detail());
        return String.format(
                Locale.ROOT,
                "%6d  %-" + NAME_COLUMNS + "s  %-9s %-5s %-10s %8.1f s  %9s  %6d  %s",
                camera.number(),
                shortened(camera.name(), NAME_COLUMNS),
                camera.terms().map(Terms::transport).orElse("-"),
                camera.terms().map(Terms::codec).orElse("-"),
                camera.terms().map(Terms::auth).orElse("-"),
                camera.acknowledgedSeconds(),
                SizeText.format(camera.store().acknowledgedBytes()),
                camera.lostPackets(),
                state);
    }

    /** All of them in one line, for logs and pipes. */
    static String summary(List<CameraStatus> cameras) {
        long recording = cameras.stream()
                .filter(camera -> camera.state() == CameraState.RECORDING)
                .count();
        double least = cameras.stream()
                .mapToDouble(CameraStatus::acknowledgedSeconds)
                .min()
                .orElse(0);
        long bytes = cameras.stream()
                .mapToLong(camera -> camera.store().acknowledgedBytes())
                .sum();
        long lost = cameras.stream().mapToLong(CameraStatus::lostPackets).sum();
        return String.format(
                Locale.ROOT,
                "%d of %d cameras recording, at least %.1f s of each safe on disk, %s, %d packets lost",
                recording,
                cameras.size(),
                least,
                SizeText.format(bytes),
                lost);
    }

    static String shortened(String text, int columns) {
        return text.length() <= columns ? text : text.substring(0, Math.max(0, columns - 1)) + "…";
    }
}
