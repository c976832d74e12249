// SPDX-License-Identifier: Apache-2.0
/**
 * From a person's request to a package that stands up in court. Not built yet: its rooms come with the package and request work.
 */
@NullMarked
package org.watchkeep.disclosure;

import org.jspecify.annotations.NullMarked;
