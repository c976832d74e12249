// SPDX-License-Identifier: Apache-2.0
/**
 * Weeks of a recorder in minutes: the real store, keys, trail and holds under a clock that is moved by hand, with all that
 * happens to clocks, machines and disks, and beside them the truth, kept apart from the store, that every reader is compared
 * with. What the store does is not here, and nothing here is known to it.
 *
 * <p>One thread drives all; the store's own threads run as ever.
 */
@NullMarked
package org.watchkeep.retention.simulate;

import org.jspecify.annotations.NullMarked;
