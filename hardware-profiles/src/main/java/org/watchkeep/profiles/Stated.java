// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.profiles;

/**
 * A statement with who says so: nothing in a profile stands without. Immutable.
 *
 * @param source document or address; or that it is our own assumption
 */
public record Stated<T>(T value, String source, Confidence confidence) {}
