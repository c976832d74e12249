// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.bench;

/** Entry of {@code ./watchkeep bench}. The benches are not built yet, and it says so. */
public final class Main {
    /** What was asked cannot be done: the code for bad input. */
    private static final int BAD_INPUT = 2;

    private Main() {}

    public static void main(String[] args) {
        System.err.println("The benches are not built yet; there is nothing to measure with.");
        System.exit(BAD_INPUT);
    }
}
