// SPDX-License-Identifier: Apache-2.0
/**
 * The cameras of a bench: a process of its own that serves as many RTSP streams as asked for, each at a fixed rate with
 * the picture sizes of a real camera, and counts what it sent. Pictures are noise behind true slice headers: what a
 * recorder has to read is right, what it need not read is not there. Each connection's work is confined to its event
 * loop; counters are any thread's.
 */
@NullMarked
package org.watchkeep.bench.fleet;

import org.jspecify.annotations.NullMarked;
