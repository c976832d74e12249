// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.rtsp;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * One challenge of a WWW-Authenticate header, or the answer in an Authorization header: a scheme and its parameters in
 * any order, quoted or not (RFC 7235 2.1). Immutable.
 *
 * @param scheme as written
 * @param parameters names in lower case
 */
record AuthChallenge(String scheme, Map<String, String> parameters) {
    /** Digest has nine parameters; more than this in all headers of one response is not a challenge. */
    static final int MAX_PARAMETERS = 64;

    AuthChallenge {
        parameters = Map.copyOf(parameters);
    }

    Optional<String> parameter(String name) {
        return Optional.ofNullable(parameters.get(name));
    }

    boolean isScheme(String name) {
        return scheme.equalsIgnoreCase(name);
    }

    /** RFC 7230 3.2.6: a quoted string. */
    static String quoted(String text) {
        return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    }

    /** Every challenge in one header value: cameras put several in one line, or one each in several lines. */
    static List<AuthChallenge> parse(String value) {
        List<AuthChallenge> found = new ArrayList<>();
        Scanner in = new Scanner(value);
        String scheme = "";
        Map<String, String> parameters = new LinkedHashMap<>();
        int left = MAX_PARAMETERS;
        while (in.skipSeparators() && left-- > 0) {
            String word = in.token();
            if (word.isEmpty()) {
                in.skipOne();
            } else if (in.takeEquals()) {
                parameters.putIfAbsent(word.toLowerCase(Locale.ROOT), in.value());
            } else {
                if (!scheme.isEmpty()) {
                    found.add(new AuthChallenge(scheme, parameters));
                }
                scheme = word;
                parameters = new LinkedHashMap<>();
            }
        }
        if (!scheme.isEmpty()) {
            found.add(new AuthChallenge(scheme, parameters));
        }
        return found;
    }

    /** A cursor over a header value. */
    private static final class Scanner {
        private final String text;
        private int at;

        Scanner(String text) {
            this.text = text;
        }

        boolean skipSeparators() {
            while (at < text.length() && (isBlank() || text.charAt(at) == ',' || text.charAt(at) == ';')) {
                at++;
            }
            return at < text.length();
        }

        void skipOne() {
            at++;
        }

        String token() {
            int from = at;
            while (at < text.length() && " \t,;=\"".indexOf(text.charAt(at)) < 0) {
                at++;
            }
            return text.substring(from, at);
        }

        boolean takeEquals() {
            int from = at;
            while (at < text.length() && isBlank()) {
                at++;
            }
            if (at < text.length() && text.charAt(at) == '=') {
                at++;
                return true;
            }
            at = from;
            return false;
        }

        String value() {
            while (at < text.length() && isBlank()) {
                at++;
            }
            if (at >= text.length() || text.charAt(at) != '"') {
                int from = at;
                while (at < text.length() && " \t,;".indexOf(text.charAt(at)) < 0) {
                    at++;
                }
                return text.substring(from, at);
            }
            at++;
            StringBuilder out = new StringBuilder();
            while (at < text.length() && text.charAt(at) != '"') {
                // RFC 7230 3.2.6 quoted-pair; a backslash at the very end stands for itself.
                if (text.charAt(at) == '\\' && at + 1 < text.length()) {
                    at++;
                }
                out.append(text.charAt(at++));
            }
            at++;
            return out.toString();
        }

        private boolean isBlank() {
            return text.charAt(at) == ' ' || text.charAt(at) == '\t';
        }
    }
}
