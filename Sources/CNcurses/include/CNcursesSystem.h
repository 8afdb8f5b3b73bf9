#pragma once

#include <stddef.h>
#include <stdint.h>

/// The character set of the locale that the environment asks for, after `setlocale(LC_CTYPE, "")`.
const char *muster_environment_charset(void);

/// Makes C.UTF-8 the locale of this process's characters. Returns 0, or -1 where there is no such locale.
int muster_use_c_utf8(void);

/// Makes the plain C locale the locale of this process's characters.
void muster_use_c_locale(void);

/// The columns of a scalar in the locale of this process; -1 where it is not printable.
int muster_wcwidth(uint32_t scalar);

/// An eventfd that does not block, or -1.
int muster_eventfd(void);

/// Adds one to an eventfd. May be called from any thread and from a signal handler.
void muster_eventfd_signal(int descriptor);

/// Empties an eventfd. Returns 1 where it had been signalled.
int muster_eventfd_clear(int descriptor);

/// A memory file, or -1. With a `limit` above 0 it holds so many bytes and refuses any more.
int muster_memory_file(const char *name, size_t limit);

/// The size of the terminal in `columns` and `rows`. Returns 0, or -1 where it does not say.
int muster_window_size(int descriptor, int *columns, int *rows);

/// The bytes that wait to be read, or -1.
int muster_bytes_waiting(int descriptor);
