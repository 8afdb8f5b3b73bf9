#include "CNcurses.h"

int muster_style(cchar_t *style, int attributes, int pair) {
    attr_t attr = A_NORMAL;
    if (attributes & muster_bold) attr |= A_BOLD;
    if (attributes & muster_dim) attr |= A_DIM;
    if (attributes & muster_underline) attr |= A_UNDERLINE;
    if (attributes & muster_reverse) attr |= A_REVERSE;
    wchar_t space[2] = { L' ', L'\0' };
    return setcchar(style, space, attr, (short)0, &pair) == OK ? 0 : -1;
}

int muster_read_key(WINDOW *pad, uint32_t *value) {
    wint_t read = 0;
    int kind = wget_wch(pad, &read);
    *value = (uint32_t)read;
    if (kind == KEY_CODE_YES) return 2;
    return kind == OK ? 1 : 0;
}
