// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.keys;

/**
 * What erasing one epoch came to. Immutable.
 *
 * @param epoch its number
 * @param homesOverwritten homes where the root was overwritten, synced and read back; 0 where no slot held it any more
 * @param homesOutstanding homes that were absent: they are cleaned when they are back, before anything else is done
 * @param readPastCache true when every read-back came from the medium, not from the operating system's memory
 */
public record Erasure(long epoch, int homesOverwritten, int homesOutstanding, boolean readPastCache) {}
