// SPDX-License-Identifier: Apache-2.0
/**
 * Retention classes and when an epoch is due. Nothing is here yet: it comes with exact erasure.
 */
@NullMarked
package org.watchkeep.retention.policy;

import org.jspecify.annotations.NullMarked;
