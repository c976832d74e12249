// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import java.io.IOException;

/** The disk that holds it hangs: it neither answers nor fails. What lies on other volumes can be read meanwhile. */
public final class NotAnsweringException extends IOException {
    private static final long serialVersionUID = 1L;

    public NotAnsweringException(String message) {
        super(message);
    }
}
