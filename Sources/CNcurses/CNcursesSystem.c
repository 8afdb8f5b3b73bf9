#define _GNU_SOURCE
#include "CNcurses.h"

#include <errno.h>
#include <fcntl.h>
#include <langinfo.h>
#include <locale.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

const char *muster_environment_charset(void) {
    if (setlocale(LC_CTYPE, "") == NULL) return "";
    return nl_langinfo(CODESET);
}

int muster_use_c_utf8(void) { return setlocale(LC_CTYPE, "C.UTF-8") == NULL ? -1 : 0; }

void muster_use_c_locale(void) { setlocale(LC_CTYPE, "C"); }

int muster_wcwidth(uint32_t scalar) { return wcwidth((wchar_t)scalar); }

int muster_eventfd(void) { return eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC); }

void muster_eventfd_signal(int descriptor) {
    int saved = errno;
    uint64_t one = 1;
    // A full counter is as good as one more, so the result does not matter.
    if (write(descriptor, &one, sizeof one) < 0) errno = saved;
}

int muster_eventfd_clear(int descriptor) {
    uint64_t count = 0;
    return read(descriptor, &count, sizeof count) == (ssize_t)sizeof count;
}

int muster_memory_file(const char *name, size_t limit) {
    int descriptor = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (descriptor < 0 || limit == 0) return descriptor;
    if (ftruncate(descriptor, (off_t)limit) == 0 && fcntl(descriptor, F_ADD_SEALS, F_SEAL_GROW) == 0) return descriptor;
    close(descriptor);
    return -1;
}

int muster_window_size(int descriptor, int *columns, int *rows) {
    struct winsize size;
    if (ioctl(descriptor, TIOCGWINSZ, &size) != 0 || size.ws_col == 0 || size.ws_row == 0) return -1;
    *columns = size.ws_col;
    *rows = size.ws_row;
    return 0;
}

int muster_bytes_waiting(int descriptor) {
    int count = 0;
    return ioctl(descriptor, FIONREAD, &count) == 0 ? count : -1;
}
