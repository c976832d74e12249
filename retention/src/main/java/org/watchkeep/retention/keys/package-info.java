// SPDX-License-Identifier: Apache-2.0
/**
 * Key epochs: the site's master key, random roots in a slot file kept in two homes, the stream keys derived from them, and the overwriting of a root that makes its hour unreadable.
 *
 * <p>What is encrypted with the keys belongs to {@code retention.store}; when an epoch's life ends is the business of {@code retention.policy}; files and syncs are {@code retention.disk}'s.
 *
 * <p>Threads: {@code EpochKeys.streamKey} and the listings take no lock and touch no disk, so event loops may call them. {@code openEpoch}, {@code erase} and {@code reunite} sync disks: never on an event loop.
 */
@NullMarked
package org.watchkeep.retention.keys;

import org.jspecify.annotations.NullMarked;
