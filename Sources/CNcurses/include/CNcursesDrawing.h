#pragma once

#include <stdint.h>
#include <stdio.h>
#include <wchar.h>

/// The attributes of a cell as bits of our own: ncurses' are macros with casts, which Swift cannot see.
enum {
    muster_bold = 1,
    muster_dim = 2,
    muster_underline = 4,
    muster_reverse = 8,
};

/// Codes given by `wget_wch` for sequences that terminfo does not name. A key code of ncurses is below 16 bits.
enum {
    muster_key_paste_begin = 60000,
    muster_key_paste_end = 60001,
    muster_key_mouse = 60002,
};

/// The whole screen of the current terminal.
static inline WINDOW *muster_stdscr(void) { return stdscr; }

/// How many colours the current terminal has; 0 without `start_color`.
static inline int muster_colors(void) { return COLORS; }

/// The process's standard streams, which Swift 6 refuses as shared mutable globals.
static inline FILE *muster_stdin(void) { return stdin; }
static inline FILE *muster_stdout(void) { return stdout; }

/// Fills `style` with attributes and a colour pair. Returns 0, or -1 where ncurses refused.
int muster_style(cchar_t *style, int attributes, int pair);

/// Puts one scalar of a glyph into a cell; those past the fifth are left out.
static inline void muster_set_scalar(cchar_t *cell, int index, uint32_t scalar) {
    if (index >= 0 && index < CCHARW_MAX) cell->chars[index] = (wchar_t)scalar;
}

/// The next key without waiting: 0 none, 1 a scalar, 2 a key code.
int muster_read_key(WINDOW *pad, uint32_t *value);

/// Makes ncurses repaint everything at the next update.
static inline void muster_repaint(void) { clearok(curscr, TRUE); }
