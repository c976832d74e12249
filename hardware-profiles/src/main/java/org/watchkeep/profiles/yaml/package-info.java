// SPDX-License-Identifier: Apache-2.0
/**
 * YAML read strictly: nodes that know their lines, sections of which every key must be known, and all faults at once. It
 * stands in this module because profiles and {@code site.yaml} are read by it, and this module knows no other. What the
 * keys mean belongs to who reads them. Confined to one reading, on the caller's thread; nodes are immutable.
 */
@NullMarked
package org.watchkeep.profiles.yaml;

import org.jspecify.annotations.NullMarked;
