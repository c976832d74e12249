// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.rtp;

import io.netty.buffer.ByteBuf;
import java.util.Set;

/**
 * Takes H.264 (RFC 6184) and H.265 (RFC 7798) payloads apart into NAL units: single ones, aggregates (STAP-A, AP) and
 * fragments (FU-A, FU). What belongs to the interleaved mode (STAP-B, MTAP, FU-B) and PACI is ignored and counted: no camera
 * we know sends it. Keeps no bytes: they pass straight to the sink. {@link NalPackaging} draws the headers.
 *
 * <p>Confined to its event loop.
 */
public final class NalDepacketiser implements Depacketiser {
    /** Instead of a payload's first NAL unit. */
    private static final int NO_NAL_UNIT = -1;

    private static final int FURTHER_FRAGMENT = -2;

    private final NalPackaging packaging;
    private final NalSink sink;
    private final Set<Tolerance> tolerances;

    /** Whether this camera has shown start codes in payloads: from then on every byte is searched for them. */
    private boolean hasStartCodes;

    private boolean isFragmentOpen;
    private int fragmentType;
    private boolean isScanned;
    /** Whether the NAL unit at hand is one to be ignored. */
    private boolean isDiscarded;
    /** Whether a start code has just passed and the next byte is a NAL header. */
    private boolean isHeaderDue;
    /** Zeros not yet passed on: they may belong to a start code. */
    private int heldZeros;

    private long ignored;
    private long malformed;

    public NalDepacketiser(NalPackaging packaging, NalSink sink, Set<Tolerance> tolerances) {
        this.packaging = packaging;
        this.sink = sink;
        this.tolerances = tolerances;
    }

    @Override
    public long ignored() {
        return ignored;
    }

    @Override
    public long malformed() {
        return malformed;
    }

    @Override
    public boolean isFragmentOpen() {
        return isFragmentOpen;
    }

    /** A further fragment, or a slice that is not the first of its picture. */
    @Override
    public boolean continuesPicture(ByteBuf packet, int index, int length) {
        int first = firstNal(packet, index, length);
        return first == FURTHER_FRAGMENT || (first >= 0 && packaging.isFurtherSlice(first >>> Byte.SIZE, first & 0xff));
    }

    @Override
    public boolean beginsPicture(ByteBuf packet, int index, int length) {
        int first = firstNal(packet, index, length);
        return first >= 0 && packaging.beginsPicture(first >>> Byte.SIZE, first & 0xff);
    }

    /** The NAL unit that a payload begins with: its type, then its first byte behind the header. */
    private int firstNal(ByteBuf packet, int index, int length) {
        int body = packaging.headerBytes;
        if (length <= body) {
            return NO_NAL_UNIT;
        }
        int type = packaging.type(packet.getUnsignedByte(index));
        int first = packet.getUnsignedByte(index + body);
        if (type == packaging.fragment) {
            if ((first & 0x80) == 0) {
                return FURTHER_FRAGMENT;
            }
            return length > body + 1
                    ? (first & packaging.fragmentTypeMask) << Byte.SIZE | packet.getUnsignedByte(index + body + 1)
                    : NO_NAL_UNIT;
        }
        if (type == packaging.aggregate) {
            // A size of two bytes, then the first NAL unit.
            int inside = index + body + 2;
            return length > body + 2 + body
                    ? packaging.type(packet.getUnsignedByte(inside)) << Byte.SIZE
                            | packet.getUnsignedByte(inside + body)
                    : NO_NAL_UNIT;
        }
        return type << Byte.SIZE | first;
    }

    @Override
    public void onPayload(ByteBuf packet, int index, int length) throws StreamFormatException {
        if (length == 0) {
            ignored++;
            return;
        }
        int header = packet.getUnsignedByte(index);
        int type = packaging.type(header);
        if (type == packaging.fragment) {
            onFragment(packet, index, length);
            return;
        }
        endFragmentWithoutLast();
        if (type == packaging.aggregate) {
            onAggregate(packet, index + packaging.headerBytes, index + length);
        } else if (startCodeBytes(packet, index, length) > 0) {
            int code = startCodeBytes(packet, index, length);
            beginAfterStartCode();
            pass(packet, index + code, length - code);
            end(true);
        } else {
            whole(packet, index, length);
        }
    }

    @Override
    public void onLoss() throws StreamFormatException {
        if (isFragmentOpen) {
            isFragmentOpen = false;
            end(false);
        }
    }

    @Override
    public void onPictureEnd() throws StreamFormatException {
        endFragmentWithoutLast();
    }

    @Override
    public void reset() {
        isFragmentOpen = false;
        isHeaderDue = false;
        heldZeros = 0;
    }

    private void endFragmentWithoutLast() throws StreamFormatException {
        if (isFragmentOpen) {
            // No packet is missing, so all its bytes are here.
            tolerances.add(Tolerance.FRAGMENT_WITHOUT_LAST);
            isFragmentOpen = false;
            end(true);
        }
    }

    private void onFragment(ByteBuf packet, int index, int length) throws StreamFormatException {
        int head = packaging.headerBytes + 1;
        if (length <= head) {
            // ret#115: fragments without a byte inside. The bits S and E of such a one still count.
            ignored++;
            if (length < head) {
                return;
            }
        }
        int fu = packet.getUnsignedByte(index + head - 1);
        boolean isFirst = (fu & 0x80) != 0;
        boolean isLast = (fu & 0x40) != 0;
        if (isFirst) {
            endFragmentWithoutLast();
            firstFragment(packet, index, length, fu & packaging.fragmentTypeMask);
            if (isLast) {
                tolerances.add(Tolerance.FRAGMENT_FIRST_AND_LAST);
            }
        } else if (!isFragmentOpen) {
            sink.nalLost();
            return;
        } else {
            if ((fu & packaging.fragmentTypeMask) != fragmentType) {
                tolerances.add(Tolerance.TYPE_CHANGES_WITHIN_FRAGMENT);
            }
            pass(packet, index + head, length - head);
        }
        if (isLast) {
            isFragmentOpen = false;
            end(true);
        }
    }

    private void firstFragment(ByteBuf packet, int index, int length, int type) throws StreamFormatException {
        int head = packaging.headerBytes + 1;
        isFragmentOpen = true;
        fragmentType = type;
        int code = startCodeBytes(packet, index + head, length - head);
        if (code > 0) {
            beginAfterStartCode();
        } else {
            begin(packaging.fragmentedHeader(packet.getUnsignedByte(index), type));
            // A parameter set or delimiter too long for one packet is no such thing: Amatek puts a whole picture behind
            // it.
            isScanned = hasStartCodes || packaging.isShort(type);
            pass(packet, index + 1, packaging.headerBytes - 1);
        }
        pass(packet, index + head + code, length - head - code);
    }

    /** RFC 6184 5.7.1, RFC 7798 4.4.2: each NAL unit behind a 16-bit size. */
    private void onAggregate(ByteBuf packet, int from, int end) throws StreamFormatException {
        int at = from;
        while (end - at >= 2) {
            int size = packet.getUnsignedShort(at);
            if (size == 0) {
                tolerances.add(Tolerance.AGGREGATE_PADDED);
                return;
            }
            at += 2;
            if (size > end - at) {
                malformed++;
                sink.nalLost();
                return;
            }
            whole(packet, at, size);
            at += size;
        }
        if (at < end && packet.getByte(at) != 0) {
            malformed++;
        }
    }

    private void whole(ByteBuf packet, int index, int length) throws StreamFormatException {
        if (length < packaging.headerBytes) {
            ignored++;
            return;
        }
        begin(packet.getUnsignedByte(index));
        isScanned = hasStartCodes;
        pass(packet, index + 1, length - 1);
        end(true);
    }

    private void begin(int header) throws StreamFormatException {
        isHeaderDue = false;
        heldZeros = 0;
        // 7.4.1 (H.265: 7.4.2.2): forbidden_zero_bit.
        boolean isForbidden = (header & 0x80) != 0;
        int type = packaging.type(header);
        isDiscarded = isForbidden || !packaging.isInStream(type);
        if (isDiscarded) {
            ignored++;
            tolerances.add(Tolerance.NAL_UNITS_LEFT_OUT);
            if (isForbidden || !packaging.isUnspecified(type)) {
                sink.nalLost();
            }
        } else {
            sink.nalStart(header);
        }
    }

    private void beginAfterStartCode() {
        tolerances.add(Tolerance.START_CODE_IN_PAYLOAD);
        hasStartCodes = true;
        isScanned = true;
        isHeaderDue = true;
        isDiscarded = false;
        heldZeros = 0;
    }

    private void end(boolean isWhole) throws StreamFormatException {
        if (isHeaderDue) {
            // A start code with nothing behind it.
            isHeaderDue = false;
            return;
        }
        if (!isDiscarded) {
            if (heldZeros > 0) {
                sink.nalZeros(heldZeros);
                heldZeros = 0;
            }
            sink.nalEnd(isWhole);
        }
    }

    private void pass(ByteBuf packet, int index, int length) throws StreamFormatException {
        if (isScanned) {
            passScanned(packet, index, index + length);
        } else if (!isDiscarded && length > 0) {
            sink.nalBytes(packet, index, length);
        }
    }

    /** Annex B of both: 00 00 01 cannot occur inside a NAL unit, so where it stands another one begins. */
    private void passScanned(ByteBuf packet, int index, int end) throws StreamFormatException {
        int from = index;
        int zeros = heldZeros;
        for (int at = index; at < end; at++) {
            int octet = packet.getUnsignedByte(at);
            if (isHeaderDue) {
                begin(octet);
                from = at + 1;
                zeros = 0;
            } else if (octet == 0) {
                zeros++;
            } else if (octet == 1 && zeros >= 2) {
                passRange(packet, from, at - Math.min(zeros, at - from));
                heldZeros = 0;
                tolerances.add(
                        isFragmentOpen ? Tolerance.SEVERAL_NAL_UNITS_IN_FRAGMENT : Tolerance.START_CODE_IN_PAYLOAD);
                end(true);
                isHeaderDue = true;
                hasStartCodes = true;
                zeros = 0;
                from = at + 1;
            } else {
                if (heldZeros > 0) {
                    passZeros();
                }
                zeros = 0;
            }
        }
        passRange(packet, from, end - Math.min(zeros, end - from));
        heldZeros = zeros;
    }

    private void passRange(ByteBuf packet, int from, int end) throws StreamFormatException {
        if (!isDiscarded && end > from) {
            sink.nalBytes(packet, from, end - from);
        }
    }

    private void passZeros() throws StreamFormatException {
        if (!isDiscarded) {
            sink.nalZeros(heldZeros);
        }
        heldZeros = 0;
    }

    /** Length of the start code that a payload begins with: 3 or more; 0 where there is none. */
    private static int startCodeBytes(ByteBuf packet, int index, int length) {
        int zeros = 0;
        while (zeros < length && packet.getByte(index + zeros) == 0) {
            zeros++;
        }
        return zeros >= 2 && zeros < length && packet.getByte(index + zeros) == 1 ? zeros + 1 : 0;
    }
}
