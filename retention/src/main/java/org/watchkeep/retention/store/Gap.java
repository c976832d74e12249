// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import java.time.Instant;
import java.util.Optional;

/**
 * A span of a configured stream with no footage. Immutable.
 *
 * @param number unique in this store, ascending
 * @param from where the last footage ended (recorder UTC)
 * @param to where the next footage began; empty while the gap is open
 * @param detail what was seen, for people; never a password
 */
public record Gap(long number, StreamId stream, Instant from, Optional<Instant> to, GapCause cause, String detail) {}
