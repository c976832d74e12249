// SPDX-License-Identifier: Apache-2.0
/**
 * The audit trail: entries, their canonical bytes, the Merkle log they stand in, checkpoints, proofs, verification, exports
 * and the registers folded from it. Every byte is told in docs/design/audit.md. What an act <i>does</i> is not here: its
 * owner appends an entry first and acts second. Names and sentences of people are not here either, only commitments.
 *
 * <p>Any thread appends and reads; one thread of each trail writes.
 */
@NullMarked
package org.watchkeep.retention.audit;

import org.jspecify.annotations.NullMarked;
