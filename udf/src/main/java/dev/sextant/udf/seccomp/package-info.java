/** From a policy on system calls to a program for the kernel, and back to text. */
@NullMarked
package dev.sextant.udf.seccomp;

import org.jspecify.annotations.NullMarked;
