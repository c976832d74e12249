// SPDX-License-Identifier: Apache-2.0
@NullMarked
package org.watchkeep.recorder.media;

import org.jspecify.annotations.NullMarked;
