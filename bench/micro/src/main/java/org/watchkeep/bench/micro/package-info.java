// SPDX-License-Identifier: Apache-2.0
/**
 * What micro-benches share. The benches themselves stand in the packages of what they measure, most of which is not public.
 * Never shipped: JMH is under the GPL. Each bench is confined to JMH's thread.
 */
@NullMarked
package org.watchkeep.bench.micro;

import org.jspecify.annotations.NullMarked;
