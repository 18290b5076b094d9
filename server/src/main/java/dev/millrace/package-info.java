/** Root of the server's packages; holds none of its classes. */
package dev.millrace;
