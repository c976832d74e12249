// SPDX-License-Identifier: Apache-2.0
/**
 * The command line: one class a command, each of which reads options, asks for one thing to be done, and prints what came
 * of it. What is done belongs elsewhere: acts on the store to {@code control}, the object graph to {@code ControlRoom}.
 * Runs on the main thread; only {@code Main} ends the process.
 */
@NullMarked
package org.watchkeep.controlroom.cli;

import org.jspecify.annotations.NullMarked;
