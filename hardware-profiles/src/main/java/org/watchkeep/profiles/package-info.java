// SPDX-License-Identifier: Apache-2.0
/**
 * What cameras and recorder machines are really like: camera and recorder profiles as data files with their sources, the
 * small loader that reads them, and the arithmetic that says what a machine carries. What a camera did when it was called
 * is for {@code recorder.ingest} (its probe), what a machine did under load for {@code bench}. Any thread; everything is
 * immutable.
 */
@NullMarked
package org.watchkeep.profiles;

import org.jspecify.annotations.NullMarked;
