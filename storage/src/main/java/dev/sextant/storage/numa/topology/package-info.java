/** What NUMA machine this is: nodes, CPUs, distances, devices and limits, as Linux tells them. */
@NullMarked
package dev.sextant.storage.numa.topology;

import org.jspecify.annotations.NullMarked;
