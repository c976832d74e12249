// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.keys;

/**
 * Something about the key homes that a person must know although recording goes on. Immutable.
 *
 * @param message what is wrong and where, one sentence
 * @param next what to do about it, one sentence
 */
public record KeyAlarm(String message, String next) {}
