/*
 * Lines come in and go out again in upper case, until one says quit.
 */
#ifndef ECHO_H
#define ECHO_H

/* `read` waits for a character; what it prints goes where print() does. */
void echo(char (*read)(void));

#endif
