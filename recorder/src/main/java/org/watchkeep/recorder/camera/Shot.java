// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.camera;

/**
 * A picture as it leaves the camera, the same for all viewers. Immutable.
 *
 * @param ticks90k its time of presentation on the camera's RTP timeline
 * @param isEntry whether a viewer may begin with it: a key picture, or the first there is
 * @param dueNanos monotonic time when it was due
 * @param dueUtcMicros what the camera's clock showed then
 * @param dueTicks90k the RTP timeline's time then: with the one before, what a sender report says
 */
record Shot(Picture picture, long ticks90k, boolean isEntry, long dueNanos, long dueUtcMicros, long dueTicks90k) {}
