/** Running untrusted code. Nothing of SQL and nothing of storage is known here. */
@NullMarked
package dev.sextant.udf;

import org.jspecify.annotations.NullMarked;
