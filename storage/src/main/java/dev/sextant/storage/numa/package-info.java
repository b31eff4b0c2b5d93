/** Placing memory and threads on NUMA nodes, with the kernel as witness of what was got. */
@NullMarked
package dev.sextant.storage.numa;

import org.jspecify.annotations.NullMarked;
