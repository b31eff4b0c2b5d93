/** Functions in processes of their own: the processes, what they run, and what is said to them. */
@NullMarked
package dev.sextant.udf.worker;

import org.jspecify.annotations.NullMarked;
