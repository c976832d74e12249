// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.controlroom.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.watchkeep.controlroom.config.SecretFile;
import org.watchkeep.controlroom.control.Documents;
import org.watchkeep.controlroom.control.Refusal;
import org.watchkeep.recorder.ingest.CameraProbe;
import org.watchkeep.recorder.ingest.ProbeReport;
import org.watchkeep.recorder.ingest.RecorderSettings;
import org.watchkeep.recorder.rtsp.Credentials;
import org.watchkeep.recorder.rtsp.LoginPreference;
import org.watchkeep.recorder.rtsp.RtspUrl;
import org.watchkeep.recorder.rtsp.TlsTrust;
import org.watchkeep.recorder.rtsp.TransportChoice;
import org.watchkeep.retention.store.SystemStoreClock;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(name = "probe", description = "Calls a camera as the recorder would and says what it really does.")
final class CameraProbeCommand implements Callable<Integer> {
    /** Long enough to see a day of nothing; an engineer waits minutes at most. */
    private static final Duration LONGEST = Duration.ofMinutes(10);

    private static final List<String> FIELDS = List.of(
            "codec",
            "width",
            "height",
            "fps",
            "gopSeconds",
            "bitrate",
            "auth",
            "transports",
            "sessionTimeout",
            "keepalive",
            "senderReports",
            "clockOffsetMs");

    private final Shell shell;

    @Mixin
    private CommonOptions common = new CommonOptions();

    @Parameters(paramLabel = "URL", description = "rtsp://host/path or rtsps://host/path, without login.")
    @SuppressWarnings("NullAway.Init") // picocli fills it in
    private String url;

    @Option(names = "--for", paramLabel = "D", defaultValue = "10s", description = "How long to look. Default 10s.")
    private String length = "10s";

    @Option(names = "--user", paramLabel = "U", description = "Login name; --password-file goes with it.")
    @Nullable
    private String user;

    @Option(names = "--password-file", paramLabel = "FILE", description = "File with the password, one line.")
    @Nullable
    private Path passwordFile;

    @Option(
            names = "--login",
            paramLabel = "L",
            defaultValue = "digest",
            description = "digest (default), any or basic: the last two may let the password out in clear.")
    private String login = "digest";

    @Option(
            names = "--transport",
            paramLabel = "T",
            defaultValue = "auto",
            description = "auto (default) tries tcp and udp; else only the one named.")
    private String transport = "auto";

    @Option(names = "--pin", paramLabel = "HEX", description = "SHA-256 of the certificate of an rtsps camera.")
    @Nullable
    private String pin;

    CameraProbeCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public Integer call() throws Refusal, InterruptedException {
        CameraProbe.Target target = target();
        shell.note("looking at " + target.url() + " for " + target.length().toSeconds() + " s");
        ProbeReport report = new CameraProbe(
                        RecorderSettings.ofThisMachine(), new SystemStoreClock(), new SecureRandom())
                .probe(target);
        ObjectNode document = document(report);
        if (common.json) {
            shell.printJson(document);
        } else {
            print(report, document);
        }
        return switch (report.outcome()) {
            case MEASURED -> Refusal.GOOD;
            case NO_STREAM -> Refusal.FOUND;
            case UNREACHABLE -> Refusal.ENVIRONMENT;
        };
    }

    private CameraProbe.Target target() throws Refusal {
        Duration time = TimeText.length("--for", length);
        if (time.compareTo(LONGEST) > 0 || time.isZero()) {
            throw bad("--for: " + length + " (expected: over 0, at most 10m)");
        }
        try {
            if (RtspUrl.credentialsIn(url).isPresent()) {
                throw bad("a login in the address (expected: --user and --password-file)");
            }
            return new CameraProbe.Target(
                    RtspUrl.parse(url),
                    credentials(),
                    choice(),
                    pin == null ? TlsTrust.SYSTEM : TlsTrust.pinned(pin),
                    time);
        } catch (IllegalArgumentException e) {
            throw bad(String.valueOf(e.getMessage()));
        }
    }

    private Optional<Credentials> credentials() throws Refusal {
        if (user == null && passwordFile == null) {
            return Optional.empty();
        }
        if (user == null || passwordFile == null) {
            throw bad("--user and --password-file (expected: both or none)");
        }
        LoginPreference preference = switch (login) {
            case "digest" -> LoginPreference.DIGEST;
            case "any" -> LoginPreference.ANY;
            case "basic" -> LoginPreference.BASIC;
            default -> throw bad("--login: " + login + " (expected: digest, any or basic)");
        };
        try {
            char[] password = SecretFile.read(passwordFile);
            try {
                return Optional.of(new Credentials(user, new String(password), preference));
            } finally {
                Arrays.fill(password, '\0');
            }
        } catch (IOException e) {
            throw bad("the password cannot be had: " + e.getMessage());
        }
    }

    private TransportChoice choice() throws Refusal {
        return switch (transport) {
            case "auto" -> TransportChoice.AUTO;
            case "tcp" -> TransportChoice.TCP;
            case "udp" -> TransportChoice.UDP;
            default -> throw bad("--transport: " + transport + " (expected: auto, tcp or udp)");
        };
    }

    private static Refusal bad(String message) {
        return Refusal.badInput(
                "bad-probe", message, "As in: watchkeep camera probe rtsp://192.0.2.7/stream1 --for 10s");
    }

    private static ObjectNode document(ProbeReport report) {
        ObjectNode document = Documents.of("camera-probe");
        FIELDS.forEach(document::putNull);
        report.codec().ifPresent(codec -> document.put("codec", codec));
        report.width().ifPresent(width -> document.put("width", width));
        report.height().ifPresent(height -> document.put("height", height));
        report.fps().ifPresent(fps -> document.put("fps", ProfileDocuments.rounded(fps)));
        report.gopSeconds().ifPresent(gop -> document.put("gopSeconds", ProfileDocuments.rounded(gop)));
        report.bitrate().ifPresent(bitrate -> document.put("bitrate", bitrate));
        report.auth().ifPresent(auth -> document.put("auth", auth));
        putTexts(document, "transports", report.transports());
        report.sessionTimeoutSeconds().ifPresent(seconds -> document.put("sessionTimeout", seconds));
        putTexts(document, "keepalive", report.keepalive());
        report.senderReports().ifPresent(reports -> document.put("senderReports", reports));
        report.clockOffsetMillis().ifPresent(offset -> document.put("clockOffsetMs", offset));
        ObjectNode reasons = document.putObject("reasons");
        FIELDS.stream()
                .filter(report.reasons()::containsKey)
                .forEach(field -> reasons.put(field, report.reasons().get(field)));
        return document;
    }

    private static void putTexts(ObjectNode document, String field, List<String> texts) {
        if (!texts.isEmpty()) {
            ArrayNode array = document.putArray(field);
            texts.forEach(array::add);
        }
    }

    private void print(ProbeReport report, ObjectNode document) {
        boolean isSaid = !report.detail().isEmpty();
        if (isSaid) {
            shell.say(report.detail());
        }
        boolean isLoginMissing = report.outcome() == ProbeReport.Outcome.NO_STREAM
                && user == null
                && report.auth().filter(auth -> !auth.equals("none")).isPresent();
        if (isLoginMissing) {
            shell.say("It wants a login: give --user and --password-file.");
        }
        for (String field : FIELDS) {
            String reason = document.path("reasons").path(field).asText();
            if (document.path(field).isNull() && isSaid && reason.endsWith(report.detail())) {
                continue; // Said once, above.
            }
            String value = document.path(field).isNull()
                    ? "not known: " + reason
                    : document.path(field).isArray()
                            ? String.join(", ", field.equals("transports") ? report.transports() : report.keepalive())
                            : document.path(field).asText();
            shell.say(String.format("%-15s %s", field, value));
        }
    }
}
