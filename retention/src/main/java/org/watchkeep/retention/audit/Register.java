// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.audit;

/**
 * A register as the entries make it: holds, requests, decisions. There is no second copy to disagree (audit.md 8). Stateless;
 * a state is immutable.
 *
 * @param <S> what is known after some entries
 */
public interface Register<S> {
    /** What stands before the point in its acts: {@code hold}. */
    String name();

    /** Of its snapshots' bytes: one of another version is not read. */
    int version();

    /** Before the first entry. */
    S empty();

    /** After one more entry, whose act is of this register and known. */
    S apply(S state, Entry entry) throws DamagedTrailException;

    byte[] toBytes(S state);

    /** Reads what {@link #toBytes} wrote; throws for anything else. */
    S parse(byte[] bytes) throws DamagedTrailException;
}
