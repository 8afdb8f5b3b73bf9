#define _GNU_SOURCE
#include "CVterm.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>
#include <vterm.h>

struct muster_vterm {
    VTerm *terminal;
    VTermScreen *screen;
    int is_alternate;
    int is_cursor_visible;
    VTermPos cursor;
};

static int on_property(VTermProp property, VTermValue *value, void *user) {
    muster_vterm *screen = user;
    if (property == VTERM_PROP_ALTSCREEN) screen->is_alternate = value->boolean;
    if (property == VTERM_PROP_CURSORVISIBLE) screen->is_cursor_visible = value->boolean;
    return 1;
}

static int on_cursor(VTermPos position, VTermPos before, int visible, void *user) {
    (void)before;
    (void)visible;
    ((muster_vterm *)user)->cursor = position;
    return 1;
}

static const VTermScreenCallbacks callbacks = { .settermprop = on_property, .movecursor = on_cursor };

muster_vterm *muster_vterm_new(int columns, int rows) {
    muster_vterm *screen = calloc(1, sizeof *screen);
    if (screen == NULL) return NULL;
    screen->terminal = vterm_new(rows, columns);
    screen->is_cursor_visible = 1;
    vterm_set_utf8(screen->terminal, 1);
    screen->screen = vterm_obtain_screen(screen->terminal);
    vterm_screen_set_callbacks(screen->screen, &callbacks, screen);
    vterm_screen_enable_altscreen(screen->screen, 1);
    vterm_screen_reset(screen->screen, 1);
    return screen;
}

void muster_vterm_free(muster_vterm *screen) {
    vterm_free(screen->terminal);
    free(screen);
}

void muster_vterm_feed(muster_vterm *screen, const uint8_t *bytes, size_t count) {
    vterm_input_write(screen->terminal, (const char *)bytes, count);
    // Answers to queries are thrown away, or they would fill their buffer.
    char answer[256];
    while (vterm_output_read(screen->terminal, answer, sizeof answer) > 0) continue;
}

void muster_vterm_resize(muster_vterm *screen, int columns, int rows) {
    vterm_set_size(screen->terminal, rows, columns);
}

static void take_color(VTermColor color, int is_default, int32_t *kind, uint32_t *value) {
    if (is_default) return;
    if (VTERM_COLOR_IS_INDEXED(&color)) {
        *kind = 1;
        *value = color.indexed.idx;
    } else {
        *kind = 2;
        *value = (uint32_t)color.rgb.red << 16 | (uint32_t)color.rgb.green << 8 | color.rgb.blue;
    }
}

muster_vterm_cell muster_vterm_get(const muster_vterm *screen, int column, int row) {
    muster_vterm_cell result = { 0 };
    VTermScreenCell cell;
    VTermPos position = { .row = row, .col = column };
    if (!vterm_screen_get_cell(screen->screen, position, &cell)) return result;
    result.width = cell.width;
    result.is_continuation = cell.chars[0] == (uint32_t)-1;
    result.bold = (int)cell.attrs.bold;
    result.underline = cell.attrs.underline != 0;
    result.reverse = (int)cell.attrs.reverse;
    take_color(cell.fg, VTERM_COLOR_IS_DEFAULT_FG(&cell.fg), &result.foreground_kind, &result.foreground);
    take_color(cell.bg, VTERM_COLOR_IS_DEFAULT_BG(&cell.bg), &result.background_kind, &result.background);
    if (result.is_continuation) return result;
    while (result.scalar_count < 6 && cell.chars[result.scalar_count] != 0) {
        result.scalars[result.scalar_count] = cell.chars[result.scalar_count];
        result.scalar_count++;
    }
    return result;
}

int muster_vterm_is_alternate(const muster_vterm *screen) { return screen->is_alternate; }

int muster_vterm_is_cursor_visible(const muster_vterm *screen) { return screen->is_cursor_visible; }

void muster_vterm_cursor(const muster_vterm *screen, int *column, int *row) {
    *column = screen->cursor.col;
    *row = screen->cursor.row;
}

int muster_pty_open(int columns, int rows, char *path, size_t capacity) {
    int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);
    if (master < 0) return -1;
    int is_ready = grantpt(master) == 0 && unlockpt(master) == 0 && ptsname_r(master, path, capacity) == 0;
    if (is_ready && muster_pty_resize(master, columns, rows) == 0) return master;
    close(master);
    return -1;
}

int muster_pty_resize(int master, int columns, int rows) {
    struct winsize size = { .ws_col = (unsigned short)columns, .ws_row = (unsigned short)rows };
    return ioctl(master, TIOCSWINSZ, &size);
}

int muster_pty_echoes(int master) {
    struct termios settings;
    if (tcgetattr(master, &settings) != 0) return -1;
    return (settings.c_lflag & ECHO) != 0 && (settings.c_lflag & ICANON) != 0;
}

int muster_pty_spawn(
    const char *executable, char *const *arguments, char *const *environment, const char *path,
    const char *standard_error, pid_t *process) {
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t all, none;
    sigfillset(&all);
    sigemptyset(&none);
    posix_spawn_file_actions_init(&actions);
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
    posix_spawnattr_setsigdefault(&attributes, &all);
    posix_spawnattr_setsigmask(&attributes, &none);
    // A session leader that opens a terminal gets it as its controlling one.
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, path, O_RDWR, 0);
    posix_spawn_file_actions_adddup2(&actions, STDIN_FILENO, STDOUT_FILENO);
    if (standard_error == NULL) {
        posix_spawn_file_actions_adddup2(&actions, STDIN_FILENO, STDERR_FILENO);
    } else {
        posix_spawn_file_actions_addopen(
            &actions, STDERR_FILENO, standard_error, O_WRONLY | O_CREAT | O_APPEND, 0600);
    }
    int failure = posix_spawn(process, executable, &actions, &attributes, arguments, environment);
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
    return failure;
}
