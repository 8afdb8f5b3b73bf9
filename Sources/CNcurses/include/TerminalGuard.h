#pragma once

#include <stddef.h>
#include <stdint.h>

/// The guard gives the terminal back whatever happens to the process. It holds the settings from before, a string that
/// undoes every mode, and the handlers of the signals. All of it is plain C that may run inside a signal handler.

/// The most bytes of a restoring string.
enum { muster_guard_text_limit = 512 };

/// The most bytes of standard error that are kept while the screen is up; what follows is lost.
enum { muster_guard_stderr_limit = 1 << 20 };

/// How long a signal to quit waits for the program before the guard restores the terminal and ends it.
enum { muster_guard_grace_seconds = 3 };

/// How long a restoring write waits for a terminal that takes nothing.
enum { muster_guard_stall_milliseconds = 500 };

/// Remembers the terminal's settings and installs the handlers. `event` is an eventfd that each signal adds to.
/// Signals that the process was started to ignore stay ignored. Returns 0, or -1 with `errno`.
int muster_guard_install(int terminal, int event);

/// From here on a crash, an exit or a stall writes `text`, puts the settings back and replays standard error.
void muster_guard_arm(const char *text, size_t length);

/// The terminal is no longer ours to restore; handlers stay.
void muster_guard_disarm(void);

/// Restores the terminal now, without ever blocking for long: for a terminal that takes no bytes.
void muster_guard_restore(void);

/// Puts the handlers of before back.
void muster_guard_remove(void);

/// The signals that came since the last call, as bits `1 << number`.
uint32_t muster_guard_take(void);

/// Whether a signal to stop from the keyboard would be heeded: the process was not started to ignore it, and its
/// parent belongs to the same session, so that somebody can continue it.
int muster_guard_can_stop(void);

/// Cancels the end that a signal to quit has started, since the program has taken note of it.
void muster_guard_cancel_deadline(void);

/// Sends standard error to memory while the screen is up, if it goes to a terminal. Returns 0, or -1 with `errno`.
int muster_guard_capture_stderr(void);

/// Gives standard error back and writes what came meanwhile.
void muster_guard_release_stderr(void);
