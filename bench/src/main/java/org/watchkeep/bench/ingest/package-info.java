// SPDX-License-Identifier: Apache-2.0
/**
 * The ingest bench: a fleet of cameras at a fixed offered load, the recorder as {@code serve} runs it, and the floor
 * program, each in a process of its own, all in one run. What it prints are figures the operating system or the parts
 * themselves counted; nothing is derived from another run. Confined to the command's thread.
 */
@NullMarked
package org.watchkeep.bench.ingest;

import org.jspecify.annotations.NullMarked;
