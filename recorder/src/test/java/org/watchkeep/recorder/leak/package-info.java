// SPDX-License-Identifier: Apache-2.0
/**
 * Makes every test of this module fail on a buffer that was not released. Knows nothing of what the tests do; runs on
 * the thread of the test engine.
 */
@NullMarked
package org.watchkeep.recorder.leak;

import org.jspecify.annotations.NullMarked;
