// SPDX-License-Identifier: Apache-2.0
@NullMarked
package org.watchkeep.recorder.rtp;

import org.jspecify.annotations.NullMarked;
