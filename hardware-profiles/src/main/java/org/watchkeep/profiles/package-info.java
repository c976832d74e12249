// SPDX-License-Identifier: Apache-2.0
/**
 * Camera and recorder profiles as data files, and the small loader that reads them. Due with the profiles issue; nothing is here yet.
 */
@NullMarked
package org.watchkeep.profiles;

import org.jspecify.annotations.NullMarked;
