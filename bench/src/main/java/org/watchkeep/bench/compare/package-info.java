// SPDX-License-Identifier: Apache-2.0
/**
 * The comparison with what people use today: the same cameras recorded in turn by this recorder and by every other that is
 * found on the PATH, each in processes of its own, each killed in the end to see what that loses. How the others are
 * started and asked stands here, one class for each; nothing of it is used elsewhere. Confined to the command's thread.
 */
@NullMarked
package org.watchkeep.bench.compare;

import org.jspecify.annotations.NullMarked;
