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

/// Puts the scalars of one glyph, at most 5, into a cell that looks like `style`.
static inline void muster_glyph(cchar_t *cell, const cchar_t *style, const uint32_t *scalars, int count) {
    *cell = *style;
    for (int index = 0; index < count && index < CCHARW_MAX; index++) {
        cell->chars[index] = (wchar_t)scalars[index];
    }
}

/// The next key without waiting: 0 none, 1 a scalar, 2 a key code.
int muster_read_key(WINDOW *pad, uint32_t *value);

/// Makes ncurses repaint everything at the next update.
static inline void muster_repaint(void) { clearok(curscr, TRUE); }
