// SPDX-License-Identifier: Apache-2.0
/**
 * The simulated camera: drawn streets or a file's pictures behind a real RTSP server, for the demo, tests and the bench.
 * The server's RTSP dialogue belongs to {@code recorder.rtsp}; nothing of the recording path belongs here, and it uses
 * nothing of this package: this is the only package of the recorder that touches FFmpeg. One pacing thread draws,
 * encodes and hands out pictures; each viewer's packets are made and written on its connection's event loop.
 */
@NullMarked
package org.watchkeep.recorder.camera;

import org.jspecify.annotations.NullMarked;
