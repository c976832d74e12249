// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.camera;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Lets a viewer's packets pass through all shapers of its camera, one behind the other, and numbers what comes out. Confined
 * to its viewer.
 */
final class OddWire {
    private final List<PacketShaper> shapers;
    private final WireTally tally;
    private final List<OddPacket> picture = new ArrayList<>();
    private int number;
    private long sent;
    private int leftOut;

    /** @param tally is told what the shapers leave out */
    OddWire(List<PacketShaper> shapers, int firstNumber, WireTally tally) {
        this.tally = tally;
        this.shapers =
                shapers.stream().filter(shaper -> shaper != PacketShaper.PLAIN).toList();
        number = firstNumber - 1;
    }

    /** Whether packets may as well be sent as they are. */
    boolean isPlain() {
        return shapers.isEmpty();
    }

    /** Takes a packet of the picture over. */
    void add(ByteBuf packet, PictureCodec codec) {
        picture.add(new OddPacket(packet, codec));
        packet.release();
    }

    /** The picture is whole: hands out what has become of it. */
    void finishPicture(Consumer<ByteBuf> out) {
        List<OddPacket> packets = new ArrayList<>(picture);
        picture.clear();
        for (PacketShaper shaper : shapers) {
            if (packets.isEmpty()) {
                return;
            }
            packets = shaper.onPicture(packets);
        }
        tallyGap();
        for (OddPacket packet : packets) {
            sent++;
            number += packet.numberStep;
            out.accept(packet.written(ByteBufAllocator.DEFAULT, number & 0xffff));
        }
    }

    /** What was left out stands before the packets that are about to be sent. */
    private void tallyGap() {
        int before = leftOut;
        leftOut = shapers.stream().mapToInt(PacketShaper::leftOut).sum();
        if (leftOut != before) {
            tally.leavesOut(leftOut - before, sent);
        }
    }

    /** Takes a report over and hands out what has become of it. */
    void report(ByteBuf report, Consumer<ByteBuf> out) {
        List<byte[]> reports = List.of(ByteBufUtil.getBytes(report));
        report.release();
        for (PacketShaper shaper : shapers) {
            List<byte[]> shaped = new ArrayList<>();
            reports.forEach(one -> shaped.addAll(shaper.onReport(one)));
            reports = shaped;
        }
        reports.forEach(one -> out.accept(Unpooled.wrappedBuffer(one)));
    }

    /** The viewer has reported on what it receives. */
    void onReceiverReport() {
        shapers.forEach(PacketShaper::onReceiverReport);
    }
}
