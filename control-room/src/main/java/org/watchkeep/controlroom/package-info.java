// SPDX-License-Identifier: Apache-2.0
/**
 * The application put together: {@link org.watchkeep.controlroom.ControlRoom} builds every object of a running recorder by
 * hand, in one place, and takes it down again in the opposite order. No business of its own belongs here. Built and
 * closed by the command's thread.
 */
@NullMarked
package org.watchkeep.controlroom;

import org.jspecify.annotations.NullMarked;
