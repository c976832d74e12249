// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.controlroom.cli;

import java.io.IOException;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.watchkeep.controlroom.Installation;
import org.watchkeep.controlroom.control.Refusal;
import org.watchkeep.retention.store.StoreClock;
import org.watchkeep.retention.store.SystemStoreClock;
import picocli.CommandLine.Option;

/** The options of a command that opens a store, or asks the recorder that has it open. */
class StoreOptions extends CommonOptions {
    @Option(
            names = "--at",
            paramLabel = "T",
            description = "For tests: as if it were then. Only for a folder made with init --simulated.")
    @Nullable
    private String at;

    /** A recorder that has the store open goes by its own clock. */
    void refuseBesideARecorder() throws Refusal {
        if (at != null) {
            throw Refusal.badInput(
                    "running-clock",
                    "--at " + at + ": a recorder is running in " + dataFolder() + ", and goes by its own clock",
                    "Stop it first, or leave --at out.");
        }
    }

    /** What the command takes for now. */
    Instant now(Shell shell) throws Refusal {
        Instant really = shell.clock().instant();
        return at == null ? really : TimeText.parse("--at", at, really);
    }

    /**
     * The clock that the store is opened with.
     *
     * @throws Refusal where another time is asked for, and the folder is not one of tests
     */
    StoreClock clock(Shell shell) throws IOException, Refusal {
        StoreClock machine = new SystemStoreClock();
        if (at == null) {
            return machine;
        }
        Optional<Installation> installation = Installation.find(dataFolder());
        if (installation.isPresent() && installation.get().kind() != Installation.Kind.SIMULATED) {
            throw Refusal.badInput(
                    "live-clock",
                    "--at " + at + ": " + dataFolder() + " is "
                            + installation.get().kind().word() + " (expected: a folder made with init --simulated)",
                    "Leave --at out: footage of real cameras goes by the real clock.");
        }
        return new ClockAt(now(shell), machine);
    }
}
