// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.bench.floor;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.concurrent.Callable;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.watchkeep.bench.Questions;
import org.watchkeep.retention.disk.Disk;
import org.watchkeep.retention.disk.DiskFile;
import org.watchkeep.retention.disk.RealDisk;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * {@code bench floor}: takes what the bench sends over loopback, half a megabyte at a time hashed (SHA-256) and encrypted
 * (AES-256-GCM), written by direct I/O in 4 MiB, synced each 128 MiB. Says its processor time when the warm-up is over
 * and at the end.
 */
@Command(name = "floor", hidden = true, description = "The floor program of a bench; started by bench ingest.")
public final class FloorCommand implements Callable<Integer> {
    private static final int BATCH_BYTES = 4 << 20;

    /** About a second of a camera of 4 Mbit/s: what the recorder hashes and encrypts at once. */
    private static final int PIECE_BYTES = 512 << 10;

    /** The crypto is fed in pieces this long (longer ones stay interpreted for seconds on JDK 17). */
    private static final int FEED_BYTES = 32 << 10;

    private static final long FILE_BYTES = 256L << 20;
    private static final long SYNC_BYTES = 128L << 20;

    private final PrintStream out;

    @Option(names = "--port", required = true, description = "Where the bytes come from.")
    private int port;

    @Option(names = "--file", required = true, description = "File to write; made, and deleted at the end.")
    @SuppressWarnings("NullAway.Init") // picocli fills it in
    private Path file;

    @Option(names = "--warm-up", required = true, description = "Bytes before the first reading.")
    private long warmUpBytes;

    public FloorCommand(PrintStream out) {
        this.out = out;
    }

    @Override
    public Integer call() throws IOException, GeneralSecurityException {
        Disk disk = new RealDisk();
        disk.allocate(file, FILE_BYTES);
        try (SocketChannel from = SocketChannel.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
                DiskFile to = disk.open(file, Disk.Mode.WRITE_DIRECT)) {
            carry(from, to);
        } finally {
            disk.delete(file);
        }
        return 0;
    }

    private void carry(SocketChannel from, DiskFile to) throws IOException, GeneralSecurityException {
        ByteBuffer received = ByteBuffer.allocateDirect(PIECE_BYTES);
        ByteBuffer batch = ByteBuffer.allocateDirect(BATCH_BYTES + Disk.BLOCK).alignedSlice(Disk.BLOCK);
        Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
        MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
        SecretKeySpec key = new SecretKeySpec(new byte[32], "AES");
        long total = 0;
        long position = 0;
        long unsynced = 0;
        long nonce = 0;
        boolean warm = false;
        while (fill(from, received)) {
            total += received.remaining();
            sha256.update(received.duplicate());
            sha256.digest();
            byte[] iv = ByteBuffer.allocate(12).putLong(4, nonce++).array();
            cipher.init(Cipher.ENCRYPT_MODE, key, new GCMParameterSpec(128, iv));
            if (batch.remaining() < PIECE_BYTES + Disk.BLOCK) {
                // Whole blocks, as the recorder pads its batches.
                int blocks = (batch.position() + Disk.BLOCK - 1) / Disk.BLOCK * Disk.BLOCK;
                position = position + blocks > FILE_BYTES ? 0 : position;
                to.write(batch.duplicate().position(0).limit(blocks), position);
                position += blocks;
                unsynced += blocks;
                batch.clear();
            }
            encrypt(cipher, received, batch);
            if (unsynced >= SYNC_BYTES) {
                to.sync();
                unsynced = 0;
            }
            if (!warm && total >= warmUpBytes) {
                warm = true;
                say(total);
            }
        }
        say(total);
    }

    private static boolean fill(SocketChannel from, ByteBuffer into) throws IOException {
        into.clear();
        while (into.hasRemaining()) {
            if (from.read(into) < 0) {
                break;
            }
        }
        into.flip();
        return into.hasRemaining();
    }

    private static void encrypt(Cipher cipher, ByteBuffer from, ByteBuffer to) throws GeneralSecurityException {
        while (from.remaining() > FEED_BYTES) {
            ByteBuffer part = from.duplicate().limit(from.position() + FEED_BYTES);
            cipher.update(part, to);
            from.position(from.position() + FEED_BYTES);
        }
        cipher.doFinal(from, to);
    }

    private void say(long bytes) {
        double cpu = ProcessHandle.current()
                        .info()
                        .totalCpuDuration()
                        .map(java.time.Duration::toNanos)
                        .orElse(0L)
                / 1e9;
        new Questions(out)
                .say(new ObjectMapper().createObjectNode().put("bytes", bytes).put("cpuSeconds", cpu));
    }
}
