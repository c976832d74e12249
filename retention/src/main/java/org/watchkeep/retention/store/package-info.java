// SPDX-License-Identifier: Apache-2.0
/**
 * The rolling store: volumes, reels, rings, records, segments, their index, ledger and recovery. A fragment's payload is opaque bytes here: codecs belong to {@code recorder.media}, keys to {@code retention.keys}, files and direct I/O to {@code retention.disk}. Event loops append, one writer thread owns each volume, one thread owns the index; readers bring their own.
 */
@NullMarked
package org.watchkeep.retention.store;

import org.jspecify.annotations.NullMarked;
