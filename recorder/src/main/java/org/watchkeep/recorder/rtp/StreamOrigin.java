// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.rtp;

/**
 * Where a stream's bytes come from, so that an error can say so. Immutable.
 *
 * @param camera camera id
 * @param connection remote end as people write it, {@code 192.0.2.7:554}; never with a password
 * @param channel interleaved channel, or port, of the RTP packets
 */
public record StreamOrigin(String camera, String connection, int channel) {
    @Override
    public String toString() {
        return "camera=" + camera + " connection=" + connection + " channel=" + channel;
    }
}
