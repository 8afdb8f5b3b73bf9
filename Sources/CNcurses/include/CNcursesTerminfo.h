#pragma once

#include <stddef.h>
#include <stdint.h>

/// What terminfo says about a terminal type.
enum {
    /// It can be driven.
    muster_type_usable = 0,
    /// There is no entry of that name.
    muster_type_unknown = 1,
    /// The entry cannot place the cursor, or is for a printing terminal.
    muster_type_unsupported = 2,
};

/// Reads the entry of a terminal type, makes it the current one, and says whether it can be driven.
int muster_terminfo_load(const char *type, int descriptor);

/// The colours of the entry that was loaded last; 0 for a terminal without colour.
int muster_terminfo_colors(void);

/// A string capability of the entry that was loaded last; NULL where it has none. `cup` gets `row` and `column`.
const char *muster_terminfo_string(const char *name);

/// Moves to `row` and column 0, as a string of the entry that was loaded last; NULL where it cannot.
const char *muster_terminfo_move(int row);

/// Forgets the entry that was loaded last.
void muster_terminfo_unload(void);

/// Compiles the entry that was loaded last once more, with 24-bit colours of the form `38;2;red;green;blue`, and
/// writes it as a value for the variable TERMINFO (`hex:...`), ended by a zero byte. The semicolon form is understood
/// everywhere; the colon form is misread by some.
/// Returns the length without the zero byte, or -1 where `capacity` is too small.
int muster_terminfo_truecolor(const char *type, char *value, size_t capacity);
