// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.audit;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The closed list of acts, with the fields of each (audit.md 9). Only ever added to; a code or a field never changes its
 * meaning. In the field lists {@code n} is a number, {@code c} a code, {@code i} an identifier, {@code h} a digest, {@code m} a
 * commitment, {@code t} a time, {@code b} a boolean, {@code []} an array of, {@code ?} may be absent.
 */
public enum Act {
    /** First entry; nonce is random, so no two trails share a leaf. */
    TRAIL_BEGUN("trail.begun", "format:n key:i nonce:h origin:i"),
    /** A new signing key; from here on it signs. */
    TRAIL_KEY_ADDED("trail.key-added", "key:i"),
    /** Start-up left out a torn tail that nobody was told of. */
    TRAIL_MENDED("trail.mended", "after:n bytes:n"),
    /** The trail, a checkpoint or a witness contradicts. */
    TRAIL_ALARM("trail.alarm", "code:c index:n?"),
    /** Somebody reads entries. */
    TRAIL_READ("trail.read", "from:n to:n filter:i?"),
    /** Somebody takes entries away. */
    TRAIL_EXPORTED("trail.exported", "from:n to:n count:n digest:h filter:i?"),
    /** What a paper record says, by whom it was transcribed. */
    PAPER_RECORDED("paper.recorded", "code:c text:m scan:h?"),
    /** Each minute with something in it. */
    FOOTAGE_ROOT("footage.root", "minute:t root:h leaves:n segments:n gaps:n"),
    /** Before footage is shown. */
    FOOTAGE_VIEWED("footage.viewed", "streams:[]i from:t to:t purpose:c case:i? incident:i? reason:m?"),
    /** Before footage is copied out. */
    FOOTAGE_EXTRACTED("footage.extracted", "streams:[]i from:t to:t purpose:c case:i? incident:i? reason:m?"),
    /** Bytes read are not those recorded. */
    FOOTAGE_MISMATCH("footage.mismatch", "stream:i run:n number:n"),
    /** What the re-reading of a day found. */
    SCRUB_DAY("scrub.day", "day:t fragments:n damaged:n missing:n"),
    /** Before keys are copied. */
    HOLD_PLACED(
            "hold.placed",
            "hold:i streams:[]i from:t to:t ground:c owner:i review:t automatic:b incident:i? case:i? reason:m?"),
    /** A hold that cannot be kept. */
    HOLD_REFUSED("hold.refused", "streams:[]i from:t to:t cause:c needed:n? available:n?"),
    /** Its epoch keys stand in both homes. */
    HOLD_SECURED("hold.secured", "hold:i epochs:n"),
    /** Its footage stands in the vault, checked. */
    HOLD_COPIED("hold.copied", "hold:i fragments:n bytes:n digest:h"),
    /** A new date of review. */
    HOLD_EXTENDED("hold.extended", "hold:i review:t reason:m?"),
    /** A person confirms an automatic hold. */
    HOLD_CONFIRMED("hold.confirmed", "hold:i"),
    /** Its end is announced. */
    HOLD_NOTIFIED("hold.notified", "hold:i ends:t reason:m?"),
    /** Before it ends. */
    HOLD_RELEASED("hold.released", "hold:i reason:m?"),
    /** Footage is set aside together. */
    INCIDENT_OPENED("incident.opened", "incident:i from:t to:t streams:[]i ground:c reason:m?"),
    /** Its holds may be released. */
    INCIDENT_CLOSED("incident.closed", "incident:i outcome:c reason:m?"),
    /** Before a root is overwritten; kept: streams whose keys a hold keeps; from, to: when it was open. */
    EPOCH_DUE("epoch.due", "class:i epoch:n rule:c kept:[]i from:t? to:t?"),
    /** After its root was overwritten. */
    EPOCH_ERASED("epoch.erased", "class:i epoch:n segments:n fragments:n bytes:n homes:n outstanding:n medium:c"),
    /** Footage ended before its promise. */
    EPOCH_ERASED_EARLY("epoch.erased-early", "class:i epoch:n cause:c segments:n"),
    /** An erasure that did not succeed, to be done again. */
    EPOCH_FAILED("epoch.failed", "class:i epoch:n cause:c"),
    /** Before one stream of one epoch is erased alone; from, to: when the epoch was open. */
    STREAM_DUE("stream.due", "class:i epoch:n stream:i cause:c from:t to:t reason:m?"),
    /** One stream of one epoch alone. */
    STREAM_ERASED("stream.erased", "class:i epoch:n stream:i reason:m?"),
    /** Before a reel is used again. */
    REEL_CLEARED("reel.cleared", "volume:i class:i serial:n cause:c segments:n early:b"),
    /** A change of days, with the epochs it would erase. */
    POLICY_PROPOSED("policy.proposed", "class:i days:n reason:m erases:n"),
    /** Days in force from here on. */
    POLICY_CHANGED("policy.changed", "class:i days:n reason:m"),
    /** A scheme's register entry. */
    SCHEME_CHANGED("scheme.changed", "scheme:i digest:h"),
    /** A scheme is no longer in the configuration. */
    SCHEME_REMOVED("scheme.removed", "scheme:i"),
    /** An erasure that nothing explains was stopped. */
    BRAKE_APPLIED("brake.applied", "class:i due:n explained:n"),
    /** A person let it go on. */
    BRAKE_RELEASED("brake.released", "class:i reason:m?"),
    /** The recorder's clock was set. */
    CLOCK_STEPPED("clock.stepped", "before:t after:t"),
    /** The recorder's clock and what was seen to elapse disagree: nothing is erased until somebody says which is right. */
    CLOCK_DOUBTED("clock.doubted", "clock:t reckoned:t"),
    /** The retention clock moved forward, and who agreed. */
    CLOCK_CONFIRMED("clock.confirmed", "clock:t witness:c"),
    /** A backup of master, trail and case keys. */
    KEYS_BACKED_UP("keys.backed-up", "backup:i keys:n voids:i?"),
    /** Keys from a backup are in use. */
    KEYS_RESTORED("keys.restored", "backup:i"),
    /** A new master wraps all roots. */
    KEYS_ROTATED("keys.rotated", "master:i old:i"),
    /** A key home is lost, back, cleaned or replaced. */
    KEYS_HOME("keys.home", "home:n state:c"),
    /** A volume was enrolled, failed, is back or was retired. */
    VOLUME_CHANGED("volume.changed", "volume:i state:c"),
    /** Milliseconds of an epoch with and without footage. */
    LEDGER_PAGE("ledger.page", "stream:i epoch:n covered:n missing:n digest:h"),
    /** A camera of the configuration is new, or its settings are others than those entered last. */
    CAMERA_CHANGED("camera.changed", "camera:i number:n class:i enabled:b digest:h"),
    /** A camera is no longer in the configuration. */
    CAMERA_REMOVED("camera.removed", "camera:i"),
    /** The configuration in force. */
    SITE_CONFIGURED("site.configured", "digest:h"),
    /** The recorder starts. */
    MACHINE_STARTED("machine.started", "version:i"),
    /** The recorder before this one did not stop in order; when it was last seen to enter something. */
    MACHINE_UNCLEAN("machine.unclean", "seen:t"),
    /** The recorder stops in order. */
    MACHINE_STOPPED("machine.stopped", "cause:c"),
    /** Somebody logs in. */
    ACCESS_OPENED("access.opened", "person:i station:i?"),
    /** Somebody may not. */
    ACCESS_REFUSED("access.refused", "station:i? cause:c"),
    /** A session ends. */
    ACCESS_CLOSED("access.closed", "person:i cause:c"),
    /** A request moves on. */
    REQUEST_CHANGED("request.changed", "case:i state:c reason:m?"),
    /** Somebody decides. */
    DECISION_MADE("decision.made", "case:i decision:c reason:m?"),
    /** A package may leave. */
    RELEASE_APPROVED("release.approved", "case:i package:h"),
    /** A package leaves. */
    RELEASE_MADE("release.made", "case:i package:h recipient:i?");

    private static final Map<String, Act> BY_CODE =
            Arrays.stream(values()).collect(Collectors.toUnmodifiableMap(Act::code, Function.identity()));

    private final String code;
    private final String fieldList;

    @SuppressWarnings("ImmutableEnumChecker") // an unmodifiable copy of records
    private final Map<String, FieldForm> fields;

    Act(String code, String fieldList) {
        this.code = code;
        this.fieldList = fieldList;
        Map<String, FieldForm> forms = new LinkedHashMap<>();
        for (String field : fieldList.split(" ", -1)) {
            int colon = field.indexOf(':');
            forms.put(field.substring(0, colon), FieldForm.parse(field.substring(colon + 1)));
        }
        this.fields = Map.copyOf(forms);
    }

    /** The act with this code; empty for one that this version does not know. */
    public static Optional<Act> ofCode(String code) {
        return Optional.ofNullable(BY_CODE.get(code));
    }

    public String code() {
        return code;
    }

    /** The register that folds such entries: what stands before the point. */
    public String register() {
        return code.substring(0, code.indexOf('.'));
    }

    /** The act's fields as audit.md lists them. */
    String fieldList() {
        return fieldList;
    }

    /** Throws unless these are the act's fields: a mistake of the caller, found before anything is written. */
    void check(Fields data) {
        for (Map.Entry<String, FieldForm> field : fields.entrySet()) {
            Optional<Object> value = data.value(field.getKey());
            if (value.isEmpty() && !field.getValue().mayBeAbsent()) {
                throw wrong("field " + field.getKey() + ": absent");
            }
            if (value.isPresent() && !field.getValue().fits(value.get())) {
                throw wrong("field " + field.getKey() + ": " + value.get());
            }
        }
        for (String name : data.names()) {
            if (!fields.containsKey(name)) {
                throw wrong("field " + name + ": unknown");
            }
        }
    }

    private IllegalArgumentException wrong(String what) {
        return new IllegalArgumentException(what + " (expected: " + fieldList + ") act=" + code);
    }

    @Override
    public String toString() {
        return code;
    }
}
