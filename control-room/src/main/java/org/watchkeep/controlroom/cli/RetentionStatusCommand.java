// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.controlroom.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.watchkeep.controlroom.config.ConfigException;
import org.watchkeep.controlroom.control.Acts;
import org.watchkeep.controlroom.control.Documents;
import org.watchkeep.controlroom.control.Refusal;
import org.watchkeep.controlroom.control.StoreActs;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(name = "status", description = "Shows rules, the retention clock, what is due, and what keeps it from going.")
final class RetentionStatusCommand implements Callable<Integer> {
    private static final long MICROS_A_SECOND = 1_000_000;

    private final Shell shell;

    @Mixin
    private StoreOptions common = new StoreOptions();

    RetentionStatusCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public Integer call() throws IOException, Refusal, ConfigException {
        Acts.Request request = new Acts.Request(StoreActs.RETENTION, Documents.part());
        return new OwnerCall(shell, common).answer(request, this::print);
    }

    private void print(JsonNode document) {
        document.path("classes").forEach(this::printClass);
        document.path("rings").forEach(this::printRing);
        printScrub(document.path("scrub"));
        long off = document.path("clockOffMicros").asLong() / MICROS_A_SECOND;
        if (off != 0) {
            shell.say(String.format(
                    Locale.ROOT,
                    "the system clock is %d s off what was seen to elapse (%s): nothing is erased until it is put"
                            + " right or confirmed",
                    off,
                    document.path("utc").asText()));
        }
        document.path("alarms").forEach(alarm -> shell.say("alarm: " + alarm.asText()));
    }

    private void printScrub(JsonNode scrub) {
        JsonNode day = scrub.path("lastDay").isObject() ? scrub.path("lastDay") : scrub.path("today");
        shell.say(
                day.path("replayablePercent").isNumber()
                        ? String.format(
                                Locale.ROOT,
                                "%s  %.4f %% replayable of %d fragments read again",
                                day.path("day").asText(),
                                day.path("replayablePercent").asDouble(),
                                day.path("fragments").asLong())
                        : day.path("day").asText() + "  "
                                + day.path("replayableReason").asText());
    }

    private void printRing(JsonNode of) {
        shell.say(
                of.path("forecastDays").isNumber()
                        ? String.format(
                                Locale.ROOT,
                                "%s  keeps %.1f days at the present pace (wanted: %d)",
                                of.path("ring").asText(),
                                of.path("forecastDays").asDouble(),
                                of.path("wantedDays").asInt())
                        : of.path("ring").asText() + "  no forecast: "
                                + of.path("forecastReason").asText());
    }

    private void printClass(JsonNode of) {
        int days = of.path("days").asInt();
        int configured = of.path("configuredDays").asInt(days);
        shell.say(String.format(
                Locale.ROOT,
                "%s  %d days%s  %d epochs, %d due%s",
                of.path("id").asText(),
                days,
                configured < days ? " (configured: " + configured + ", waits for two people)" : "",
                of.path("liveEpochs").asInt(),
                of.path("dueEpochs").asInt(),
                of.path("oldest").isTextual()
                        ? ", the oldest of " + of.path("oldest").asText()
                        : ""));
    }
}
