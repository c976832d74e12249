// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.hold;

import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;

/** Why footage is held: the closed list of audit.md, section 9. Codes are only ever added. */
public enum Ground {
    CRIME("crime"),
    COURT_ORDER("court-order"),
    LEGAL_PROCEEDINGS("legal-proceedings"),
    SUBJECT_REQUEST("subject-request"),
    INFORMATION_REQUEST("information-request"),
    INSURANCE("insurance"),
    COMPLAINT("complaint"),
    SAFETY("safety"),
    INCIDENT("incident"),
    INTEGRITY("integrity"),
    INVESTIGATION("investigation");

    private final String code;

    Ground(String code) {
        this.code = code;
    }

    public String code() {
        return code;
    }

    public static Optional<Ground> ofCode(String code) {
        return Arrays.stream(values()).filter(each -> each.code.equals(code)).findFirst();
    }

    /** All codes, for messages. */
    public static String codes() {
        return Arrays.stream(values()).map(Ground::code).collect(Collectors.joining(", "));
    }

    @Override
    public String toString() {
        return code;
    }
}
