// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.bench.fleet;

/**
 * What one camera has sent to whoever played it. Immutable.
 *
 * @param camera from 1
 * @param bytes of slices, without parameter sets and framing
 * @param micros for how long its pictures are shown
 */
public record SentByCamera(int camera, long pictures, long bytes, long micros) {}
