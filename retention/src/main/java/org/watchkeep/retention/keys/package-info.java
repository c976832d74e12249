// SPDX-License-Identifier: Apache-2.0
/**
 * Key epochs: random roots in a two-home slot file under the site's master key, and the stream keys derived from them. What is encrypted with them belongs to {@code retention.store}; when an epoch ends its life is the business of {@code retention.policy}.
 */
@NullMarked
package org.watchkeep.retention.keys;

import org.jspecify.annotations.NullMarked;
