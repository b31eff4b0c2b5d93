/** What a statement's text becomes: plans, immutable and shared between sessions. */
@NullMarked
package dev.sextant.sql.plan;

import org.jspecify.annotations.NullMarked;
