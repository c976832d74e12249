// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.media;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;

/**
 * Writes a tree of MP4 boxes as text, one line a box, two spaces a level: for people, and for golden tests. Boxes it does not
 * know are shown by type and size. Reads no more than the buffer holds and goes no deeper than {@link #MAX_DEPTH}.
 */
public final class SegmentDump {
    /** Ours are six deep. */
    static final int MAX_DEPTH = 16;

    private final ByteBuffer in;
    private final StringBuilder out = new StringBuilder();

    private SegmentDump(ByteBuffer in) {
        this.in = in;
    }

    /** The boxes between the buffer's position and limit, which stay where they are. */
    public static String dump(ByteBuffer in) throws BoxFormatException {
        SegmentDump dump = new SegmentDump(in);
        dump.boxes(Box.list(in, in.position(), in.limit()), 0);
        return dump.out.toString();
    }

    private void boxes(List<Box> boxes, int depth) throws BoxFormatException {
        if (depth > MAX_DEPTH) {
            throw new BoxFormatException("box depth: more than " + MAX_DEPTH, in.position());
        }
        for (Box box : boxes) {
            out.append("  ".repeat(depth)).append(box.type()).append(' ').append(box.size());
            fields(box);
            out.append('\n');
            int children = childrenAt(box);
            if (children >= 0) {
                boxes(Box.list(in, children, box.end()), depth + 1);
            } else if (box.type().equals("trun")) {
                samples(box, depth + 1);
            }
        }
    }

    /** Where the boxes inside begin; -1 for a box that holds none. */
    private static int childrenAt(Box box) throws BoxFormatException {
        return switch (box.type()) {
            case "moov", "trak", "mdia", "minf", "dinf", "stbl", "mvex", "moof", "traf", "mfra" -> box.body();
            case "stsd", "dref" -> box.atLeast(8).body() + 8;
            case "avc1", "hvc1", "mp4v" -> box.atLeast(78).body() + 78;
            default -> -1;
        };
    }

    private void fields(Box box) throws BoxFormatException {
        switch (box.type()) {
            case "ftyp" -> {
                box.atLeast(8);
                out.append(" brand=").append(text(box.body(), 4)).append(" compatible=");
                out.append(text(box.body() + 8, box.end() - box.body() - 8));
            }
            case "mvhd" -> int32(box, "timescale", 12).int32(box, "duration", 16);
            case "tkhd" -> int32(box, "id", 12).fixed(box, "width", 76).fixed(box, "height", 80);
            case "mdhd" -> int32(box, "timescale", 12).int32(box, "duration", 16);
            case "hdlr" -> out.append(" type=").append(text(box.atLeast(12).body() + 8, 4));
            case "avc1", "hvc1", "mp4v" -> int16(box, "width", 24).int16(box, "height", 26);
            case "avcC", "hvcC", "esds" -> hex(box);
            case "trex" -> int32(box, "id", 4).hex32(box, "flags", 20);
            case "mehd" -> int64(box, "duration", 4);
            case "mfhd" -> int32(box, "sequence", 4);
            case "tfhd" -> hex32(box, "flags", 0).int32(box, "id", 4);
            case "tfdt" -> int64(box, "ticks", 4);
            case "trun" -> hex32(box, "flags", 0).int32(box, "samples", 4).int32(box, "dataOffset", 8);
            case "tfra" -> int32(box, "id", 4).int32(box, "entries", 12);
            case "mfro" -> int32(box, "size", 4);
            default -> {}
        }
    }

    /** One line a sample: what its entry says. */
    private void samples(Box trun, int depth) throws BoxFormatException {
        int flags = in.getInt(trun.atLeast(12).body()) & 0xff_ffff;
        int count = in.getInt(trun.body() + 4);
        int at = trun.body() + 8 + ((flags & Boxes.TRUN_DATA_OFFSET) != 0 ? 4 : 0);
        if ((flags & Boxes.TRUN_FIRST_SAMPLE_FLAGS) != 0) {
            trun.atLeast(at + 4 - trun.body());
            line(depth).append(String.format(Locale.ROOT, "first sample flags=%08x\n", in.getInt(at)));
            at += 4;
        }
        // 0x400 are flags for each sample, which we do not write.
        int[] fields = {Boxes.TRUN_DURATION, Boxes.TRUN_SIZE, 0x400, Boxes.TRUN_COMPOSITION_OFFSET};
        String[] names = {"duration", "size", "flags", "offset"};
        int entry = 0;
        for (int field : fields) {
            entry += (flags & field) != 0 ? 4 : 0;
        }
        for (int i = 0; i < count && entry > 0; i++) {
            trun.atLeast(at + entry - trun.body());
            line(depth).append("sample");
            for (int field = 0; field < fields.length; field++) {
                if ((flags & fields[field]) != 0) {
                    out.append(' ').append(names[field]).append('=').append(in.getInt(at));
                    at += 4;
                }
            }
            out.append('\n');
        }
    }

    private StringBuilder line(int depth) {
        return out.append("  ".repeat(depth));
    }

    private String text(int at, int length) {
        byte[] bytes = new byte[length];
        in.get(at, bytes);
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }

    private SegmentDump int16(Box box, String name, int offset) throws BoxFormatException {
        return field(name, in.getShort(box.atLeast(offset + 2).body() + offset) & 0xffff);
    }

    private SegmentDump int32(Box box, String name, int offset) throws BoxFormatException {
        return field(name, in.getInt(box.atLeast(offset + 4).body() + offset) & 0xffff_ffffL);
    }

    private SegmentDump int64(Box box, String name, int offset) throws BoxFormatException {
        return field(name, in.getLong(box.atLeast(offset + 8).body() + offset));
    }

    private SegmentDump fixed(Box box, String name, int offset) throws BoxFormatException {
        return field(name, in.getInt(box.atLeast(offset + 4).body() + offset) >>> 16);
    }

    private SegmentDump hex32(Box box, String name, int offset) throws BoxFormatException {
        int value = in.getInt(box.atLeast(offset + 4).body() + offset);
        out.append(' ').append(name).append('=').append(String.format(Locale.ROOT, "%08x", value));
        return this;
    }

    private void hex(Box box) {
        byte[] bytes = new byte[box.end() - box.body()];
        in.get(box.body(), bytes);
        out.append(' ').append(HexFormat.of().formatHex(bytes));
    }

    private SegmentDump field(String name, long value) {
        out.append(' ').append(name).append('=').append(value);
        return this;
    }
}
