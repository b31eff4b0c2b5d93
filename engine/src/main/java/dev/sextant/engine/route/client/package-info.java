/**
 * How chat models are asked: clients of servers, and the servers of this process on loopback that
 * stand in for one.
 *
 * <p>Start at {@link dev.sextant.engine.route.client.ChatClient}. Nothing but an endpoint that a
 * user has defined with an address touches the network beyond loopback.
 */
@NullMarked
package dev.sextant.engine.route.client;

import org.jspecify.annotations.NullMarked;
