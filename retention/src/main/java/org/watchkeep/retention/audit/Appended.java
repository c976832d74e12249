// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.audit;

import java.time.Instant;

/** Where a durable entry stands. Immutable. */
public record Appended(long index, Hash leaf, Instant entered) {}
