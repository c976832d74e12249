// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.controlroom.cli;

import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.watchkeep.controlroom.control.Refusal;
import org.watchkeep.profiles.Demand;
import org.watchkeep.profiles.Plan;
import org.watchkeep.profiles.Profiles;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(name = "plan", description = "Says which recorder carries so many cameras for so many days, and why.")
final class ProfilePlanCommand implements Callable<Integer> {
    /** Digits are bounded so that nothing overflows. */
    private static final Pattern RATE = Pattern.compile("([0-9]{1,9})(?:\\.([0-9]{1,3}))?([KMG])?");

    private static final String NEXT = "As in: watchkeep profile plan --cameras 195 --bitrate 4M --days 31";

    private final Shell shell;

    @Mixin
    private CommonOptions common = new CommonOptions();

    @Option(names = "--cameras", paramLabel = "N", required = true, description = "How many cameras.")
    private int cameras;

    @Option(
            names = "--bitrate",
            paramLabel = "R",
            required = true,
            description = "Average of one camera's main stream in bit/s, as in 4M.")
    @SuppressWarnings("NullAway.Init") // picocli fills it in
    private String bitrate;

    @Option(
            names = "--sub-bitrate",
            paramLabel = "R",
            description = "Average of its sub stream, where that is recorded too. Default: none.")
    @Nullable
    private String subBitrate;

    @Option(
            names = "--days",
            paramLabel = "D",
            defaultValue = "31",
            description = "How long footage is kept. Default 31.")
    private int days;

    ProfilePlanCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public Integer call() throws Refusal {
        Plan plan;
        try {
            long bits = rate("--bitrate", bitrate) + (subBitrate == null ? 0 : rate("--sub-bitrate", subBitrate));
            Demand demand = new Demand(cameras, bits, days, subBitrate == null ? 1 : 2);
            plan = Plan.of(demand, Profiles.builtIn().recorders());
        } catch (IllegalArgumentException e) {
            throw Refusal.badInput("bad-plan", String.valueOf(e.getMessage()), NEXT);
        }
        if (common.json) {
            shell.printJson(PlanDocument.of(plan));
        } else {
            PlanDocument.lines(plan).forEach(shell::say);
        }
        return plan.choice().isPresent() ? Refusal.GOOD : Refusal.FOUND;
    }

    /** {@code 4M} is 4,000,000 bit/s. */
    static long rate(String option, String text) {
        Matcher matcher = RATE.matcher(text.strip().toUpperCase(Locale.ROOT));
        if (!matcher.matches() || (matcher.group(2) != null && matcher.group(3) == null)) {
            throw new IllegalArgumentException(option + ": " + text + " (expected: bit/s, with K, M or G, as in 4M)");
        }
        long unit = matcher.group(3) == null
                ? 1
                : switch (matcher.group(3)) {
                    case "K" -> 1_000;
                    case "M" -> 1_000_000;
                    default -> 1_000_000_000;
                };
        String fraction = matcher.group(2) == null ? "" : matcher.group(2);
        long thousandths = Long.parseLong((fraction + "000").substring(0, 3));
        return Long.parseLong(matcher.group(1)) * unit + thousandths * unit / 1_000;
    }
}
