// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.bench.ingest;

import java.io.IOException;

/** Not every camera was recorded in time: the run cannot be measured, and a search has found something that broke. */
final class NotRecordedException extends IOException {
    private static final long serialVersionUID = 1L;

    NotRecordedException(String message) {
        super(message);
    }
}
