// SPDX-License-Identifier: Apache-2.0
/**
 * NAL units become access units, access units become CMAF fragments, fragments become playable MP4: slabs, parameter sets,
 * media time and its place on the recorder's clock, boxes, cutting and dumping. RTP belongs to {@code recorder.rtp}, sessions
 * and supervision to {@code recorder.ingest}, what keeps the fragments to {@code retention.store}. Nothing is decoded here.
 * Tracks, slabs and pools are confined to one event loop; the MP4 readers and {@code RunFile} run on any one thread.
 */
@NullMarked
package org.watchkeep.recorder.media;

import org.jspecify.annotations.NullMarked;
