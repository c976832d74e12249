// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.rtp;

import io.netty.buffer.ByteBuf;
import java.util.Set;

/**
 * Takes H.264 RTP payloads apart into NAL units (RFC 6184): single NAL units, STAP-A and FU-A. The interleaved mode (STAP-B,
 * MTAP, FU-B) is ignored and counted: no camera we know sends it. Keeps no bytes: they pass straight to the sink.
 *
 * <pre>
 * NAL header   |F|NRI|  Type   |   1-23 single, 24 STAP-A, 28 FU-A
 * FU header    |S|E|R|  Type   |   S first fragment, E last
 * </pre>
 *
 * Confined to its event loop. Packets must come in order; {@link #onLoss} says where some are missing.
 */
public final class H264Depacketiser {
    private static final int STAP_A = 24;
    private static final int FU_A = 28;

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

    public H264Depacketiser(NalSink sink, Set<Tolerance> tolerances) {
        this.sink = sink;
        this.tolerances = tolerances;
    }

    /** NAL units left out: unknown or reserved type, forbidden bit, interleaved mode, nothing inside. */
    public long ignored() {
        return ignored;
    }

    /** Payloads that could not be taken apart, whole or in part. */
    public long malformed() {
        return malformed;
    }

    /** Whether a fragmented NAL unit has begun and not ended. */
    public boolean isFragmentOpen() {
        return isFragmentOpen;
    }

    /**
     * Whether a payload carries on the picture that the payload before it was of: a further fragment, or a slice that is not
     * the first of its picture. Used where timestamp and marker contradict each other.
     */
    public static boolean continuesPicture(ByteBuf packet, int index, int length) {
        if (length < 2) {
            return false;
        }
        int type = packet.getUnsignedByte(index) & 0x1f;
        int second = packet.getUnsignedByte(index + 1);
        if (type == FU_A) {
            boolean isFirst = (second & 0x80) != 0;
            return !isFirst || (length > 2 && isFurtherSlice(second & 0x1f, packet.getUnsignedByte(index + 2)));
        }
        if (type == STAP_A) {
            return length > 4
                    && isFurtherSlice(packet.getUnsignedByte(index + 3) & 0x1f, packet.getUnsignedByte(index + 4));
        }
        return isFurtherSlice(type, second);
    }

    /** 7.3.3: a slice header begins with first_mb_in_slice as ue(v): a first bit of 1 is the value 0, the first slice. */
    private static boolean isFurtherSlice(int type, int firstByte) {
        boolean isDataPartition = type == 3 || type == 4;
        return isDataPartition || ((type == 1 || type == 2 || type == 5) && (firstByte & 0x80) == 0);
    }

    /** Takes one payload apart. */
    public void onPayload(ByteBuf packet, int index, int length) throws StreamFormatException {
        if (length == 0) {
            ignored++;
            return;
        }
        int header = packet.getUnsignedByte(index);
        int type = header & 0x1f;
        if (type == FU_A) {
            onFragment(packet, index, length);
            return;
        }
        endFragmentWithoutLast();
        if (type == STAP_A) {
            onAggregate(packet, index + 1, index + length);
        } else if (startCodeBytes(packet, index, length) > 0) {
            int code = startCodeBytes(packet, index, length);
            beginAfterStartCode();
            pass(packet, index + code, length - code);
            end(true);
        } else {
            whole(packet, index, length);
        }
    }

    /** Packets are missing here: a fragmented NAL unit that is open stays without its rest. */
    public void onLoss() throws StreamFormatException {
        if (isFragmentOpen) {
            isFragmentOpen = false;
            end(false);
        }
    }

    /** The picture is over by marker: a fragmented NAL unit whose last fragment never said so is over too. */
    public void onPictureEnd() throws StreamFormatException {
        endFragmentWithoutLast();
    }

    /** Forgets the NAL unit at hand without a word to the sink, which has dropped it. */
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
        if (length < 3) {
            // ret#115: fragments without a byte inside. The bits S and E of such a one still count.
            ignored++;
            if (length < 2) {
                return;
            }
        }
        int fu = packet.getUnsignedByte(index + 1);
        boolean isFirst = (fu & 0x80) != 0;
        boolean isLast = (fu & 0x40) != 0;
        if (isFirst) {
            endFragmentWithoutLast();
            firstFragment(packet, index, length, fu);
            if (isLast) {
                tolerances.add(Tolerance.FRAGMENT_FIRST_AND_LAST);
            }
        } else if (!isFragmentOpen) {
            sink.nalLost();
            return;
        } else {
            if ((fu & 0x1f) != fragmentType) {
                tolerances.add(Tolerance.TYPE_CHANGES_WITHIN_FRAGMENT);
            }
            pass(packet, index + 2, length - 2);
        }
        if (isLast) {
            isFragmentOpen = false;
            end(true);
        }
    }

    private void firstFragment(ByteBuf packet, int index, int length, int fu) throws StreamFormatException {
        isFragmentOpen = true;
        fragmentType = fu & 0x1f;
        int code = startCodeBytes(packet, index + 2, length - 2);
        if (code > 0) {
            beginAfterStartCode();
        } else {
            begin((packet.getUnsignedByte(index) & 0xe0) | fragmentType);
            // A parameter set or delimiter too long for one packet is no such thing: Amatek puts a whole picture behind
            // it.
            isScanned = hasStartCodes || (fragmentType >= 7 && fragmentType <= 9);
        }
        pass(packet, index + 2 + code, length - 2 - code);
    }

    /** RFC 6184 5.7.1: each NAL unit behind a 16-bit size. */
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
        begin(packet.getUnsignedByte(index));
        isScanned = hasStartCodes;
        pass(packet, index + 1, length - 1);
        end(true);
    }

    private void begin(int header) throws StreamFormatException {
        int type = header & 0x1f;
        isHeaderDue = false;
        heldZeros = 0;
        // 7.4.1: forbidden_zero_bit. Type 0 and 24-31 are no NAL units of the stream itself.
        isDiscarded = (header & 0x80) != 0 || type == 0 || type >= STAP_A;
        if (isDiscarded) {
            ignored++;
            sink.nalLost();
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

    /** H.264 Annex B: 00 00 01 cannot occur inside a NAL unit, so where it stands another one begins. */
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
