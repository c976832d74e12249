// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.ingest;

import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.watchkeep.recorder.rtsp.DatagramCounts;
import org.watchkeep.recorder.rtsp.MediaReceiver;
import org.watchkeep.recorder.rtsp.RtspSession;
import org.watchkeep.recorder.rtsp.RtspTrack;
import org.watchkeep.recorder.rtsp.SessionEnd;

/**
 * The address that one camera pushes to: brings its packets from the connection's event loop to the camera's. One publisher
 * at a time; one that has gone silent is let go by the session's media watchdog, and its place is free. Any thread.
 */
final class PushReceiver implements MediaReceiver {
    private static final Logger LOG = LoggerFactory.getLogger(PushReceiver.class);

    /**
     * A publisher whose packets wait for the camera's event loop beyond this is not read from until half of it is gone: well
     * over a second of a camera of 16 Mbit/s.
     */
    static final int MAX_WAITING_BYTES = 4 << 20;

    /**
     * What comes beyond this is dropped. A connection that is not read from stays below it, with what was read already;
     * datagrams come all the same.
     */
    static final int MOST_WAITING_BYTES = 2 * MAX_WAITING_BYTES;

    /** What one that waits costs beside its bytes: its buffer, and the task that takes it. Frames of a byte are many. */
    static final int PACKET_COST_BYTES = 256;

    private final CameraRecorder recorder;
    private final Executor executor;
    private final AtomicBoolean isTaken = new AtomicBoolean();

    /** @param executor the recorder's event loop */
    PushReceiver(CameraRecorder recorder, Executor executor) {
        this.recorder = recorder;
        this.executor = executor;
    }

    @Override
    public boolean isTaken() {
        return isTaken.get();
    }

    @Override
    public Optional<Stream> begin(RtspTrack track, Publisher publisher) {
        if (!isTaken.compareAndSet(false, true)) {
            return Optional.empty();
        }
        Push push = new Push(track, publisher);
        executor.execute(() -> recorder.accept(push::toldTo));
        return Optional.of(push);
    }

    /** One publisher's session. {@link Stream} is called on the connection's loop, the rest runs on the camera's. */
    private final class Push implements Stream, MediaLink {
        private final RtspTrack track;
        private final Publisher publisher;
        private final AtomicInteger waitingBytes = new AtomicInteger();
        private RtspSession.@Nullable Listener listener;
        private boolean isEnded;

        Push(RtspTrack track, Publisher publisher) {
            this.track = track;
            this.publisher = publisher;
        }

        MediaLink toldTo(RtspSession.Listener told) {
            listener = told;
            return this;
        }

        @Override
        public void start() {
            if (listener != null) {
                listener.onTrack(track);
            }
            if (listener != null && !isEnded) {
                listener.onPlaying();
            }
        }

        @Override
        public String authLabel() {
            return publisher.authLabel();
        }

        @Override
        public DatagramCounts datagrams() {
            return publisher.datagrams();
        }

        @Override
        public void close(String why) {
            publisher.close(why);
            end(SessionEnd.Reason.CLOSED, why);
        }

        @Override
        public void onRtp(ByteBuf packet) {
            pass(packet, true);
        }

        @Override
        public void onRtcp(ByteBuf packet) {
            pass(packet, false);
        }

        private void pass(ByteBuf packet, boolean isRtp) {
            if (waitingBytes.get() > MOST_WAITING_BYTES) {
                return;
            }
            if (waitingBytes.addAndGet(cost(packet)) > MAX_WAITING_BYTES) {
                publisher.pause();
                if (waitingBytes.get() <= MAX_WAITING_BYTES / 2) {
                    // All was taken between the two: nobody else would say so.
                    publisher.resume();
                }
            }
            // A copy, for what was read stands in a buffer of many packets, which must not wait with it.
            ByteBuf kept = packet.alloc().buffer(packet.readableBytes());
            kept.writeBytes(packet, packet.readerIndex(), packet.readableBytes());
            try {
                executor.execute(() -> take(kept, isRtp));
            } catch (RejectedExecutionException e) {
                // The recorder has ended its loops: there is nobody to record for.
                kept.release();
                publisher.close("the recorder is stopping");
            }
        }

        private static int cost(ByteBuf packet) {
            return PACKET_COST_BYTES + packet.readableBytes();
        }

        private void take(ByteBuf packet, boolean isRtp) {
            int cost = cost(packet);
            try {
                if (!isEnded && listener != null) {
                    listener.onBytes();
                    if (isRtp) {
                        listener.onRtp(packet);
                    } else {
                        listener.onRtcp(packet);
                    }
                }
            } catch (IOException e) {
                publisher.close("what it sends cannot be understood");
                end(SessionEnd.Reason.BAD_STREAM, String.valueOf(e.getMessage()));
            } catch (RuntimeException e) {
                LOG.error("the track of a publisher failed", e);
                publisher.close("a fault in the recorder");
                end(SessionEnd.Reason.BAD_STREAM, "a fault in the recorder: " + e);
            } finally {
                packet.release();
                int left = waitingBytes.addAndGet(-cost);
                if (left <= MAX_WAITING_BYTES / 2 && left + cost > MAX_WAITING_BYTES / 2) {
                    publisher.resume();
                }
            }
        }

        @Override
        public void onEnd(String detail) {
            try {
                executor.execute(() -> end(SessionEnd.Reason.LOST, detail));
            } catch (RejectedExecutionException e) {
                isTaken.set(false);
            }
        }

        private void end(SessionEnd.Reason reason, String detail) {
            if (isEnded) {
                return;
            }
            isEnded = true;
            isTaken.set(false);
            if (listener != null) {
                listener.onEnd(new SessionEnd(reason, detail));
            }
        }
    }
}
