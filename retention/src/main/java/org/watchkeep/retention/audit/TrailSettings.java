// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.audit;

import java.nio.file.Path;
import java.time.InstantSource;
import java.util.function.Consumer;

/**
 * What a trail needs of its surroundings. Immutable.
 *
 * @param folder {@code DATA/trail}
 * @param clock the recorder's clock: says when entries are made
 * @param alarms told in one sentence what is wrong, on whatever thread finds it; must not wait
 */
public record TrailSettings(Path folder, TrailKey key, InstantSource clock, Consumer<String> alarms) {}
