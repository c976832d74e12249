// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.controlroom.control;

/** A command that cannot be done, said to a person: one sentence, and what to do next. */
public final class Refusal extends Exception {
    private static final long serialVersionUID = 1L;

    /** Exit code: all went well. */
    public static final int GOOD = 0;
    /** Exit code: the check or run found something wrong. */
    public static final int FOUND = 1;
    /** Exit code: what was asked makes no sense. */
    public static final int BAD_INPUT = 2;
    /** Exit code: the machine is not as it has to be (port taken, disk refused, key missing, not initialised). */
    public static final int ENVIRONMENT = 3;

    private final int exit;
    private final String code;
    private final String next;

    public Refusal(int exit, String code, String message, String next) {
        super(message);
        this.exit = exit;
        this.code = code;
        this.next = next;
    }

    public static Refusal badInput(String code, String message, String next) {
        return new Refusal(BAD_INPUT, code, message, next);
    }

    public static Refusal environment(String code, String message, String next) {
        return new Refusal(ENVIRONMENT, code, message, next);
    }

    public int exit() {
        return exit;
    }

    /** A word for scripts, {@code camera-unknown}; it does not change once published. */
    public String code() {
        return code;
    }

    /** What to do, in one sentence. */
    public String next() {
        return next;
    }
}
