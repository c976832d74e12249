// SPDX-License-Identifier: Apache-2.0
/**
 * How much a recorder can carry: the entry of {@code ./watchkeep bench}, and the processes a bench is made of. Each bench
 * has a package of its own. Confined to the command's thread. The tests here also hold the house rules over all modules.
 */
@NullMarked
package org.watchkeep.bench;

import org.jspecify.annotations.NullMarked;
