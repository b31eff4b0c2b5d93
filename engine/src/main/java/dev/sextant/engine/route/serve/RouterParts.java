package dev.sextant.engine.route.serve;

import dev.sextant.engine.http.Secret;
import dev.sextant.engine.route.client.ChatClient;
import dev.sextant.engine.route.ledger.RoutingLog;
import java.time.InstantSource;
import java.util.function.Function;
import java.util.function.LongSupplier;

/**
 * What a router is made of.
 *
 * @param clock by which limits, deadlines and logs go
 * @param nanoTime by which decisions are timed
 * @param client asks endpoints; closed with the router
 * @param log of what was done; closed with the router
 * @param pause lets time pass between attempts
 * @param secrets reads secrets
 * @param seed where the randomness of calls without a seed of their own starts
 */
public record RouterParts(
    InstantSource clock,
    LongSupplier nanoTime,
    ChatClient client,
    RoutingLog log,
    Pause pause,
    Function<Secret, String> secrets,
    long seed) {}
