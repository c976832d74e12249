// SPDX-License-Identifier: Apache-2.0
/**
 * Holds and the evidence vault. Nothing is here yet: it comes with exact erasure.
 */
@NullMarked
package org.watchkeep.retention.hold;

import org.jspecify.annotations.NullMarked;
