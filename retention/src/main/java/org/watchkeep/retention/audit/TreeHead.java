// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.audit;

/** How long a trail is, and the root hash of that many entries. What a key home keeps of the trail. Immutable. */
public record TreeHead(long size, Hash root) {}
