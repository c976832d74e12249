// SPDX-License-Identifier: Apache-2.0
/**
 * {@code bench store}: how fast footage is found among months of it, and how fast a store opens; {@code bench hold}: how fast
 * a hold is safe and a key epoch is erased. Makes the months in {@link org.watchkeep.retention.store.DescribedFootage}, records
 * a little for real, and asks the store as operators' commands do. What is measured runs in a process of its own; each is confined to its command's thread. Recording under load
 * is {@code ingest}'s, disks are {@code disk}'s.
 */
@NullMarked
package org.watchkeep.bench.store;

import org.jspecify.annotations.NullMarked;
