// SPDX-License-Identifier: Apache-2.0
/**
 * The supervision of cameras: one {@link org.watchkeep.recorder.ingest.CameraRecorder} keeps one stream recorded, session
 * after session, and gives every second without footage its cause; the {@link org.watchkeep.recorder.ingest.RecorderTier}
 * holds them all. What is said on the wire belongs to {@code recorder.rtsp}, what a packet means to {@code recorder.rtp} and
 * {@code recorder.media}, where footage is kept to {@code retention.store}, what people configure to {@code control-room}.
 *
 * <p>A camera and all that is its own is confined to one event loop; statuses are snapshots for any thread.
 */
@NullMarked
package org.watchkeep.recorder.ingest;

import org.jspecify.annotations.NullMarked;
