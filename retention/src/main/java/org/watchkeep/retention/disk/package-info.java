// SPDX-License-Identifier: Apache-2.0
/**
 * The thin file layer under everything that must survive a power cut: direct I/O, pre-allocation, sync of files and folders. Tests put a failing one in its place. What the bytes mean belongs to the packages above.
 */
@NullMarked
package org.watchkeep.retention.disk;

import org.jspecify.annotations.NullMarked;
