#pragma once

#include <stdint.h>
#include <sys/types.h>

/// A screen of libvterm with what it was told about its properties. Rows and columns count from 0.
typedef struct muster_vterm muster_vterm;

/// One cell: its scalars, and its colours as `kind` (0 default, 1 indexed, 2 direct) and `value`.
typedef struct {
    uint32_t scalars[6];
    int32_t scalar_count;
    int32_t width;
    int32_t is_continuation;
    int32_t bold, underline, reverse;
    int32_t foreground_kind, background_kind;
    uint32_t foreground, background;
} muster_vterm_cell;

/// Makes a screen; NULL without memory.
muster_vterm *muster_vterm_new(int columns, int rows);
void muster_vterm_free(muster_vterm *screen);
void muster_vterm_feed(muster_vterm *screen, const uint8_t *bytes, size_t count);
void muster_vterm_resize(muster_vterm *screen, int columns, int rows);
muster_vterm_cell muster_vterm_get(const muster_vterm *screen, int column, int row);
int muster_vterm_is_alternate(const muster_vterm *screen);
int muster_vterm_is_cursor_visible(const muster_vterm *screen);
void muster_vterm_cursor(const muster_vterm *screen, int *column, int *row);

/// Opens a pseudo-terminal of the given size and writes the path of its far end. Returns the near end, or -1.
int muster_pty_open(int columns, int rows, char *path, size_t capacity);

/// Changes its size, which sends SIGWINCH to what runs on it.
int muster_pty_resize(int master, int columns, int rows);

/// Whether the far end echoes what is typed; -1 where it cannot be told.
int muster_pty_echoes(int master);

/// Starts a program in a session of its own, with the far end as its controlling terminal and its standard streams, and
/// with every signal as it is by default. A `standard_error` that is not NULL is a file for that stream.
/// Returns 0, or an error number.
int muster_pty_spawn(
    const char *executable, char *const *arguments, char *const *environment, const char *path,
    const char *standard_error, pid_t *process);
