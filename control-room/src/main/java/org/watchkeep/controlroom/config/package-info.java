// SPDX-License-Identifier: Apache-2.0
/**
 * What an installation is made of: {@code site.yaml}, read strictly. Every value is checked here, with file and line, so
 * that nothing behind it needs to doubt one. What is done with the values belongs to {@code ControlRoom}; nothing here
 * opens a camera or a disk, and passwords are only read, never kept. Any thread; everything is immutable.
 */
@NullMarked
package org.watchkeep.controlroom.config;

import org.jspecify.annotations.NullMarked;
