// SPDX-License-Identifier: Apache-2.0
/**
 * Who may do what, and for which purpose: the closed list of purposes, people and their rights. What is done once it is allowed
 * belongs to the acts themselves; nothing here touches footage. Any thread; what is here is immutable, or says how it is guarded.
 */
@NullMarked
package org.watchkeep.controlroom.access;

import org.jspecify.annotations.NullMarked;
