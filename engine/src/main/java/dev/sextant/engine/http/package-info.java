/** What clients of services share: JSON, and secrets by the place where they are kept. */
@NullMarked
package dev.sextant.engine.http;

import org.jspecify.annotations.NullMarked;
