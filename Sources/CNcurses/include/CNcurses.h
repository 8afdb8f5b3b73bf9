#pragma once

// The wide-character half of ncurses is declared only when this is set before the header is read.
#define NCURSES_WIDECHAR 1
#include <ncurses.h>

#include "CNcursesDrawing.h"
#include "CNcursesSystem.h"
#include "CNcursesTerminfo.h"
#include "TerminalGuard.h"
