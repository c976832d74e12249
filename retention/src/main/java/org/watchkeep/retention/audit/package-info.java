// SPDX-License-Identifier: Apache-2.0
/**
 * The audit trail. Nothing is here yet but for the seam that the store writes its clearing entries through.
 */
@NullMarked
package org.watchkeep.retention.audit;

import org.jspecify.annotations.NullMarked;
