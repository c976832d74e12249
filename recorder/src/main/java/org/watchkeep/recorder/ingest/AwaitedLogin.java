// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.ingest;

import java.util.Optional;
import org.watchkeep.recorder.rtsp.Credentials;

/** A login that is configured and whose password could not be had. Any thread; never waits, so never touches a disk. */
public interface AwaitedLogin {
    /** The login, once its password is there. */
    Optional<Credentials> found();

    /** What is missing and what to do, for people; never a password. */
    String missing();
}
