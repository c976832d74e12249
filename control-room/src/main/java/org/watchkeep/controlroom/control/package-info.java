// SPDX-License-Identifier: Apache-2.0
/**
 * How a command reaches the one process that owns a data folder. An act is written once, against the open store; a
 * command runs it through {@link org.watchkeep.controlroom.control.ControlClient} in the owner, over
 * {@code DATA/control.sock}, or in its own process when there is no owner. Parsing of options and drawing of answers
 * belong to {@code cli}; what the store can do, to {@code retention.store}. Acts run on the socket's own few threads or on
 * the command's thread, never on an event loop.
 */
@NullMarked
package org.watchkeep.controlroom.control;

import org.jspecify.annotations.NullMarked;
