// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.camera;

import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Something a simulated camera does wrong on purpose, at a time counted from its first PLAY. Immutable.
 *
 * <pre>
 *   NAME[:ARGUMENT][@TIME]        '=' may stand for ':'; a duration is a number with ms, s, m or h
 *
 *   drop                  closes the connections then open
 *   stall[:FOR]           sends nothing on the connections then open, for good or for a time; keeps them open
 *   reboot[:FOR]          closes all, refuses connections for a time (5 s), comes back with all counters new
 *   lose:P%[,seed=N]      from then on loses P of 100 RTP packets, chosen by the seed
 *   reorder:P%[,seed=N]   from then on sends P of 100 RTP packets behind the next few
 *   duplicate:P%[,seed=N] from then on sends P of 100 RTP packets twice
 *   jump:BY               the camera's clock steps: RTP time, NTP time and the time in the picture; BY may be negative
 *   garbage[:BYTES[,seed=N]]  sends that many bytes (4096) of nonsense between two packets
 * </pre>
 *
 * Without {@code @TIME} it happens 10 s after the first PLAY; {@code lose}, {@code reorder} and {@code duplicate} begin at
 * once.
 */
public sealed interface Fault {
    /** Closes the connections open at that time, without TEARDOWN or goodbye. */
    record Drop(Duration at) implements Fault {}

    /** Sends nothing for a while on the connections open at that time. */
    record Stall(Duration at, Duration lasts) implements Fault {}

    /** The port refuses for a while; then everything begins anew. */
    record Reboot(Duration at, Duration lasts) implements Fault {}

    /** Each RTP packet is lost with this probability. */
    record Lose(Duration at, double probability, long seed) implements Fault {}

    /** Each RTP packet is sent behind up to {@link LossyWire#MAX_DISPLACEMENT} of those after it with this probability. */
    record Reorder(Duration at, double probability, long seed) implements Fault {}

    /** Each RTP packet is sent twice with this probability. */
    record Duplicate(Duration at, double probability, long seed) implements Fault {}

    /** The camera's clock steps. */
    record Jump(Duration at, Duration by) implements Fault {}

    /** Nonsense between two packets. */
    record Garbage(Duration at, int bytes, long seed) implements Fault {}

    /** When it happens, from the camera's first PLAY. */
    Duration at();

    /** Longer than any run: "for good". */
    Duration FOR_GOOD = Duration.ofDays(36_500);

    /** A year: no run is longer, and sums of these stay far from overflow. */
    Duration MAX_DURATION = Duration.ofDays(365);

    Duration DEFAULT_AT = Duration.ofSeconds(10);
    Duration DEFAULT_REBOOT = Duration.ofSeconds(5);
    int DEFAULT_GARBAGE_BYTES = 4096;
    /** More than any receiver's resynchronising limit; beyond this the fault tests nothing new. */
    int MAX_GARBAGE_BYTES = 1 << 20;

    /** Reads one {@code --fault}; an {@link IllegalArgumentException} says what was expected. */
    static Fault parse(String text) {
        return new Reader(text).fault();
    }

    /** The reader of {@link #parse}. */
    final class Reader {
        private static final Pattern WHOLE = Pattern.compile("([a-z]+)(?:[:=]([^@]*))?(?:@(.*))?");
        private static final Pattern DURATION = Pattern.compile("(-?)(\\d{1,9}(?:\\.\\d{1,3})?)(ms|s|m|h)");
        private static final Pattern PERCENT = Pattern.compile("(\\d{1,3}(?:\\.\\d{1,6})?)%");
        private static final Map<String, Long> UNIT_MILLIS =
                Map.of("ms", 1L, "s", 1000L, "m", 60_000L, "h", 3_600_000L);

        private final String text;

        private Reader(String text) {
            this.text = text;
        }

        private Fault fault() {
            Matcher whole = WHOLE.matcher(text);
            if (!whole.matches()) {
                throw wrong("name[:argument][@time], as drop@10s or lose:1%");
            }
            String name = whole.group(1);
            Map<String, String> arguments = arguments(whole.group(2) == null ? "" : whole.group(2));
            String first = arguments.getOrDefault("", "");
            Duration at = whole.group(3) == null
                    ? Set.of("lose", "reorder", "duplicate").contains(name) ? Duration.ZERO : DEFAULT_AT
                    : duration(whole.group(3), "time after @");
            Fault fault = switch (name) {
                case "drop" -> new Drop(at);
                case "stall" -> new Stall(at, first.isEmpty() ? FOR_GOOD : duration(first, "how long"));
                case "reboot" -> new Reboot(at, first.isEmpty() ? DEFAULT_REBOOT : duration(first, "how long"));
                case "lose" -> new Lose(at, percent(first), seed(arguments));
                case "reorder" -> new Reorder(at, percent(first), seed(arguments));
                case "duplicate" -> new Duplicate(at, percent(first), seed(arguments));
                case "jump" -> new Jump(at, signedDuration(first, "by how much"));
                case "garbage" -> new Garbage(at, bytes(first), seed(arguments));
                default -> throw wrong("one of drop, stall, reboot, lose, reorder, duplicate, jump, garbage");
            };
            return refuseUnused(name, arguments, fault);
        }

        private Map<String, String> arguments(String list) {
            Map<String, String> arguments = new TreeMap<>();
            for (String argument : list.isEmpty() ? new String[0] : list.split(",", -1)) {
                int equals = argument.indexOf('=');
                String key = equals < 0 ? "" : argument.substring(0, equals);
                if (arguments.put(key, argument.substring(equals + 1)) != null || argument.isEmpty()) {
                    throw wrong("each argument once, and none empty");
                }
            }
            return arguments;
        }

        private Fault refuseUnused(String name, Map<String, String> arguments, Fault fault) {
            boolean seeded = fault instanceof Lose
                    || fault instanceof Reorder
                    || fault instanceof Duplicate
                    || fault instanceof Garbage;
            for (String key : arguments.keySet()) {
                if (!key.isEmpty() && !(seeded && key.equals("seed"))) {
                    throw wrong("no argument " + key + " for " + name);
                }
            }
            if (fault instanceof Drop && arguments.containsKey("")) {
                throw wrong("no argument for drop; its time goes after @");
            }
            return fault;
        }

        private Duration duration(String of, String what) {
            Duration duration = signedDuration(of, what);
            if (duration.isNegative()) {
                throw wrong(what + " not negative");
            }
            return duration;
        }

        private Duration signedDuration(String of, String what) {
            Matcher matcher = DURATION.matcher(of);
            if (!matcher.matches()) {
                throw wrong(what + " as a number with ms, s, m or h, as 3600s");
            }
            Long unit = UNIT_MILLIS.get(matcher.group(3));
            double millis = Double.parseDouble(matcher.group(2)) * (unit == null ? 1 : unit);
            Duration length = Duration.ofMillis(Math.round(millis));
            if (length.compareTo(MAX_DURATION) > 0) {
                throw wrong(what + " of at most a year");
            }
            return matcher.group(1).isEmpty() ? length : length.negated();
        }

        private double percent(String of) {
            Matcher matcher = PERCENT.matcher(of);
            if (!matcher.matches() || Double.parseDouble(matcher.group(1)) > 100) {
                throw wrong("a share of packets from 0% to 100%, as lose:1%");
            }
            return Double.parseDouble(matcher.group(1)) / 100;
        }

        private int bytes(String of) {
            if (of.isEmpty()) {
                return DEFAULT_GARBAGE_BYTES;
            }
            if (!of.matches("\\d{1,7}") || Integer.parseInt(of) < 1 || Integer.parseInt(of) > MAX_GARBAGE_BYTES) {
                throw wrong("1 to " + MAX_GARBAGE_BYTES + " bytes");
            }
            return Integer.parseInt(of);
        }

        private long seed(Map<String, String> arguments) {
            String seed = arguments.getOrDefault("seed", "1");
            if (!seed.matches("\\d{1,18}")) {
                throw wrong("seed as a number");
            }
            return Long.parseLong(seed);
        }

        private IllegalArgumentException wrong(String expected) {
            return new IllegalArgumentException(String.format(Locale.ROOT, "fault: %s (expected: %s)", text, expected));
        }
    }
}
