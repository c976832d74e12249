// SPDX-License-Identifier: Apache-2.0
/**
 * How much a recorder can carry. Not built yet; today this module only holds the house rules (import rules) that its tests check over all modules.
 */
@NullMarked
package org.watchkeep.bench;

import org.jspecify.annotations.NullMarked;
