// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.media;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;

/** Real JPEG pictures, and their RTP payloads written as RFC 2435 has them. */
final class TestJpeg {
    /** Chroma halved both ways, which is what the JDK's encoder does. */
    static final int TYPE = 1;

    static final int Q_SENT = 255;

    final int width;
    final int height;
    final byte[] file;
    final byte[] scan;
    /** Both tables, one behind the other. */
    final byte[] tables;

    private TestJpeg(byte[] file, int width, int height) {
        this.file = file;
        this.width = width;
        this.height = height;
        ByteArrayOutputStream found = new ByteArrayOutputStream();
        int at = 2;
        ByteBuffer in = ByteBuffer.wrap(file);
        while ((file[at + 1] & 0xff) != 0xda) {
            int length = in.getShort(at + 2);
            for (int table = at + 4; (file[at + 1] & 0xff) == 0xdb && table < at + 2 + length; table += 65) {
                found.write(file, table + 1, 64);
            }
            at += 2 + length;
        }
        at += 2 + in.getShort(at + 2);
        tables = found.toByteArray();
        scan = java.util.Arrays.copyOfRange(file, at, file.length - 2);
    }

    static TestJpeg picture(Random random, int width, int height, float quality) throws IOException {
        BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        Graphics2D drawing = image.createGraphics();
        for (int i = 0; i < 40; i++) {
            drawing.setColor(new Color(random.nextInt(1 << 24)));
            drawing.fillOval(random.nextInt(width), random.nextInt(height), random.nextInt(width), 40);
        }
        drawing.dispose();
        ImageWriter writer = ImageIO.getImageWritersByFormatName("jpeg").next();
        ImageWriteParam settings = writer.getDefaultWriteParam();
        settings.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
        settings.setCompressionQuality(quality);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        writer.setOutput(ImageIO.createImageOutputStream(out));
        writer.write(null, new IIOImage(image, null, null), settings);
        ((javax.imageio.stream.ImageOutputStream) writer.getOutput()).flush();
        writer.dispose();
        return new TestJpeg(out.toByteArray(), width, height);
    }

    /** The payloads of this picture, its tables sent along. */
    List<byte[]> payloads(int mtu) {
        return payloads(mtu, TYPE, Q_SENT, new byte[0], tables);
    }

    List<byte[]> payloads(int mtu, int type, int q, byte[] restart, byte[] sentTables) {
        List<byte[]> payloads = new ArrayList<>();
        for (int offset = 0; offset < scan.length || offset == 0; ) {
            ByteBuffer out = ByteBuffer.allocate(mtu);
            out.putInt(offset)
                    .put((byte) type)
                    .put((byte) q)
                    .put((byte) (width / 8))
                    .put((byte) (height / 8));
            out.put(restart);
            if (offset == 0 && q >= 128) {
                out.putShort((short) 0).putShort((short) sentTables.length).put(sentTables);
            }
            int part = Math.min(out.remaining(), scan.length - offset);
            out.put(scan, offset, part);
            payloads.add(java.util.Arrays.copyOf(out.array(), out.position()));
            offset += part;
        }
        return payloads;
    }

    static BufferedImage decoded(byte[] jpeg) throws IOException {
        BufferedImage image = ImageIO.read(new ByteArrayInputStream(jpeg));
        if (image == null) {
            throw new IOException("not a JPEG picture");
        }
        return image;
    }

    static int[] pixels(byte[] jpeg) throws IOException {
        BufferedImage image = decoded(jpeg);
        return image.getRGB(0, 0, image.getWidth(), image.getHeight(), null, 0, image.getWidth());
    }
}
