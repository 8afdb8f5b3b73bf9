#define _GNU_SOURCE
#include "CNcurses.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <termios.h>
#include <unistd.h>

static const int crash_signals[] = { SIGSEGV, SIGBUS, SIGABRT, SIGILL, SIGTRAP, SIGFPE, SIGSYS };
static const int quit_signals[] = { SIGTERM, SIGHUP, SIGINT, SIGQUIT };
static const int note_signals[] = { SIGWINCH, SIGCONT, SIGTSTP };

enum { signal_limit = 32, stack_bytes = 64 * 1024, chunk_bytes = 4096 };
enum { refusal_limit = 100, refusal_milliseconds = 5 };

static struct {
    int terminal;
    // A description of its own, so that it can refuse to block without making the program's one do so.
    int emergency;
    int event;
    pthread_t thread;
    int stderr_before;
    int stderr_memory;
    struct termios before;
    struct sigaction previous[signal_limit];
    char text[muster_guard_text_limit];
    size_t text_length;
} guard = { .terminal = -1, .emergency = -1, .event = -1, .stderr_before = -1, .stderr_memory = -1 };

static atomic_int is_armed;
static atomic_uint pending;
static char crash_stack[stack_bytes];

// MARK: - What may run in a signal handler

static void write_all(int descriptor, const char *bytes, size_t length) {
    int refusals = 0;
    while (length > 0 && refusals < refusal_limit) {
        struct pollfd ready = { descriptor, POLLOUT, 0 };
        if (poll(&ready, 1, muster_guard_stall_milliseconds) <= 0 || !(ready.revents & POLLOUT)) return;
        size_t part = length < chunk_bytes ? length : chunk_bytes;
        ssize_t written = write(descriptor, bytes, part);
        if (written > 0) {
            bytes += written;
            length -= (size_t)written;
        } else if (errno == EAGAIN || errno == EINTR) {
            // Another thread is in the middle of a write to the same terminal.
            refusals++;
            poll(NULL, 0, refusal_milliseconds);
        } else {
            return;
        }
    }
}

static int is_stalled(void) {
    struct pollfd ready = { guard.emergency, POLLOUT, 0 };
    return poll(&ready, 1, muster_guard_stall_milliseconds) == 0;
}

static void set_terminal(const struct termios *settings) {
    // A process in the background would be stopped here, in the middle of its own crash.
    sigset_t block, before;
    sigemptyset(&block);
    sigaddset(&block, SIGTTOU);
    pthread_sigmask(SIG_BLOCK, &block, &before);
    tcsetattr(guard.terminal, TCSANOW, settings);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
}

static void replay_stderr(void) {
    if (guard.stderr_memory < 0) return;
    off_t length = lseek(guard.stderr_memory, 0, SEEK_CUR);
    dup2(guard.stderr_before, STDERR_FILENO);
    char part[chunk_bytes];
    off_t done = 0;
    while (done < length) {
        size_t wanted = length - done < chunk_bytes ? (size_t)(length - done) : chunk_bytes;
        ssize_t count = pread(guard.stderr_memory, part, wanted, done);
        if (count <= 0) return;
        write_all(guard.emergency, part, (size_t)count);
        done += count;
    }
}

void muster_guard_restore(void) {
    if (!atomic_exchange(&is_armed, 0)) return;
    int saved = errno;
    if (is_stalled()) {
        tcflow(guard.terminal, TCOON);
        tcflush(guard.terminal, TCOFLUSH);
    }
    write_all(guard.emergency, guard.text, guard.text_length);
    set_terminal(&guard.before);
    replay_stderr();
    errno = saved;
}

/// Sends a signal to this thread at once, although its handler is running.
static void raise_now(int number) {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, number);
    pthread_sigmask(SIG_UNBLOCK, &set, NULL);
    raise(number);
}

static void on_crash(int number, siginfo_t *info, void *context) {
    (void)context;
    muster_guard_restore();
    sigaction(number, &guard.previous[number], NULL);
    // A fault of the processor happens again on return, for the handler of before. A signal that was sent does not; and
    // Swift's handler, which prints a backtrace, returns, and counts on a fault that happens again.
    if (info->si_code > 0 && number != SIGABRT && number != SIGTRAP && number != SIGSYS) return;
    raise_now(number);
    signal(number, SIG_DFL);
    raise_now(number);
}

static void on_note(int number) {
    atomic_fetch_or(&pending, 1u << number);
    muster_eventfd_signal(guard.event);
}

static void on_quit(int number) {
    on_note(number);
    alarm(muster_guard_grace_seconds);
}

static void on_deadline(int number) {
    // Only on the terminal's own thread does the handler break off the write that is stuck.
    if (!pthread_equal(pthread_self(), guard.thread)) {
        pthread_kill(guard.thread, number);
        return;
    }
    unsigned waiting = atomic_load(&pending);
    muster_guard_restore();
    for (size_t index = 0; index < sizeof quit_signals / sizeof quit_signals[0]; index++) {
        int quit = quit_signals[index];
        if (!(waiting & (1u << quit))) continue;
        sigset_t only;
        sigemptyset(&only);
        sigaddset(&only, quit);
        signal(quit, SIG_DFL);
        pthread_sigmask(SIG_UNBLOCK, &only, NULL);
        raise(quit);
    }
    _exit(128 + number);
}

// MARK: - Set up and taken down by the program

static int is_ignored(int number) {
    return guard.previous[number].sa_handler == SIG_IGN;
}

static void handle(int number, void (*handler)(int)) {
    struct sigaction action = { 0 };
    action.sa_handler = handler;
    action.sa_flags = SA_RESTART;
    sigfillset(&action.sa_mask);
    sigaction(number, NULL, &guard.previous[number]);
    if (!is_ignored(number)) sigaction(number, &action, NULL);
}

static void handle_crash(int number) {
    struct sigaction action = { 0 };
    action.sa_sigaction = on_crash;
    action.sa_flags = SA_SIGINFO | SA_ONSTACK;
    sigemptyset(&action.sa_mask);
    sigaction(number, &action, &guard.previous[number]);
}

static void use_crash_stack(void) {
    stack_t current;
    if (sigaltstack(NULL, &current) != 0 || !(current.ss_flags & SS_DISABLE)) return;
    stack_t stack = { 0 };
    stack.ss_sp = crash_stack;
    stack.ss_size = sizeof crash_stack;
    sigaltstack(&stack, NULL);
}

static int open_emergency(int terminal) {
    char path[256];
    const char *name = ttyname_r(terminal, path, sizeof path) == 0 ? path : "/dev/tty";
    int descriptor = open(name, O_WRONLY | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    return descriptor >= 0 ? descriptor : fcntl(terminal, F_DUPFD_CLOEXEC, 3);
}

int muster_guard_install(int terminal, int event) {
    static int is_exit_registered = 0;
    if (tcgetattr(terminal, &guard.before) != 0) return -1;
    guard.terminal = terminal;
    guard.event = event;
    guard.thread = pthread_self();
    guard.emergency = open_emergency(terminal);
    if (guard.emergency < 0) return -1;
    atomic_store(&pending, 0);
    use_crash_stack();
    for (size_t index = 0; index < sizeof crash_signals / sizeof crash_signals[0]; index++) {
        handle_crash(crash_signals[index]);
    }
    for (size_t index = 0; index < sizeof quit_signals / sizeof quit_signals[0]; index++) {
        handle(quit_signals[index], on_quit);
    }
    for (size_t index = 0; index < sizeof note_signals / sizeof note_signals[0]; index++) {
        handle(note_signals[index], on_note);
    }
    handle(SIGALRM, on_deadline);
    if (!is_exit_registered) is_exit_registered = atexit(muster_guard_restore) == 0;
    return 0;
}

void muster_guard_arm(const char *text, size_t length) {
    guard.text_length = length < sizeof guard.text ? length : sizeof guard.text;
    memcpy(guard.text, text, guard.text_length);
    atomic_store(&is_armed, 1);
}

void muster_guard_disarm(void) { atomic_store(&is_armed, 0); }

static void put_back(const int *numbers, size_t count) {
    for (size_t index = 0; index < count; index++) sigaction(numbers[index], &guard.previous[numbers[index]], NULL);
}

void muster_guard_remove(void) {
    static const int deadline[] = { SIGALRM };
    muster_guard_disarm();
    alarm(0);
    put_back(crash_signals, sizeof crash_signals / sizeof crash_signals[0]);
    put_back(quit_signals, sizeof quit_signals / sizeof quit_signals[0]);
    put_back(note_signals, sizeof note_signals / sizeof note_signals[0]);
    put_back(deadline, 1);
    if (guard.emergency >= 0) close(guard.emergency);
    guard.emergency = -1;
    guard.event = -1;
}

uint32_t muster_guard_take(void) { return atomic_exchange(&pending, 0); }

// The parent of a process; 0 where the system does not tell.
static pid_t parent_of(pid_t process) {
    char path[32], text[512];
    snprintf(path, sizeof path, "/proc/%ld/stat", (long)process);
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0) return 0;
    ssize_t length = read(file, text, sizeof text - 1);
    close(file);
    text[length > 0 ? length : 0] = 0;
    // The name before it may hold anything, brackets too.
    char *behind_name = strrchr(text, ')');
    long parent = 0;
    return behind_name && sscanf(behind_name, ") %*c %ld", &parent) == 1 ? (pid_t)parent : 0;
}

int muster_guard_can_stop(void) {
    if (is_ignored(SIGTSTP)) return 0;
    // A group whose first process was started from another session, as by sshd, has nobody who would continue it.
    pid_t process = getpid(), parent = getppid();
    while (parent > 1 && getpgid(parent) == getpgrp()) {
        process = parent;
        parent = parent_of(process);
    }
    return parent > 0 && getpgid(parent) != getpgrp() && getsid(parent) == getsid(0);
}

void muster_guard_cancel_deadline(void) { alarm(0); }

int muster_guard_capture_stderr(void) {
    if (!isatty(STDERR_FILENO)) return 0;
    int before = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
    int memory = muster_memory_file("muster-stderr", muster_guard_stderr_limit);
    if (before < 0 || memory < 0 || dup2(memory, STDERR_FILENO) < 0) {
        if (before >= 0) close(before);
        if (memory >= 0) close(memory);
        return -1;
    }
    guard.stderr_before = before;
    guard.stderr_memory = memory;
    return 0;
}

void muster_guard_release_stderr(void) {
    if (guard.stderr_memory < 0) return;
    replay_stderr();
    close(guard.stderr_memory);
    close(guard.stderr_before);
    guard.stderr_memory = -1;
    guard.stderr_before = -1;
}
