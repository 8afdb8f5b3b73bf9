#include "CNcurses.h"

#include <stdlib.h>
#include <string.h>
#include <term.h>

enum { entry_limit = 32768, string_limit = 512 };

int muster_terminfo_load(const char *type, int descriptor) {
    int status = 0;
    if (setupterm(type, descriptor, &status) != OK) return status == 1 ? muster_type_unsupported : muster_type_unknown;
    const char *move = muster_terminfo_string("cup");
    if (move == NULL || tigetflag("hc") > 0 || tigetflag("gn") > 0) return muster_type_unsupported;
    return muster_type_usable;
}

int muster_terminfo_colors(void) {
    int colors = tigetnum("colors");
    return colors > 0 ? colors : 0;
}

const char *muster_terminfo_string(const char *name) {
    const char *value = tigetstr(name);
    return value == (const char *)-1 ? NULL : value;
}

const char *muster_terminfo_move(int row) {
    const char *move = muster_terminfo_string("cup");
    return move == NULL ? NULL : tiparm(move, row, 0);
}

void muster_terminfo_unload(void) {
    if (cur_term != NULL) del_curterm(cur_term);
}

// The compiled format is the one of term(5): a header of six shorts, names, booleans, numbers of 32 bits, offsets of
// strings, strings; then the same again for the capabilities that have no number, of which there is one, RGB.
struct writer {
    unsigned char bytes[entry_limit];
    size_t count;
    int has_overflowed;
};

static void put_byte(struct writer *writer, unsigned value) {
    if (writer->count >= entry_limit) {
        writer->has_overflowed = 1;
        return;
    }
    writer->bytes[writer->count++] = (unsigned char)(value & 0xFF);
}

static void put_short(struct writer *writer, int value) {
    put_byte(writer, (unsigned)value);
    put_byte(writer, (unsigned)value >> 8);
}

static void put_number(struct writer *writer, int value) {
    put_short(writer, value);
    put_short(writer, (int)((unsigned)value >> 16));
}

static void put_text(struct writer *writer, const char *text) {
    for (size_t index = 0; index <= strlen(text); index++) put_byte(writer, (unsigned char)text[index]);
}

static void put_even(struct writer *writer) {
    if (writer->count % 2 != 0) put_byte(writer, 0);
}

static const char *true_colour_string(const char *name) {
    if (strcmp(name, "setaf") == 0) {
        return "\033[38;2;%p1%{65536}%/%d;%p1%{256}%/%{255}%&%d;%p1%{255}%&%dm";
    }
    if (strcmp(name, "setab") == 0) {
        return "\033[48;2;%p1%{65536}%/%d;%p1%{256}%/%{255}%&%d;%p1%{255}%&%dm";
    }
    if (strcmp(name, "op") == 0) return "\033[39;49m";
    // Without these nothing asks for a palette, which a terminal of direct colours has not.
    static const char *const palette[] = { "setf", "setb", "initc", "initp", "oc", "scp" };
    for (size_t index = 0; index < sizeof palette / sizeof palette[0]; index++) {
        if (strcmp(name, palette[index]) == 0) return NULL;
    }
    return muster_terminfo_string(name);
}

static int true_colour_number(const char *name) {
    if (strcmp(name, "colors") == 0) return 0x1000000;
    if (strcmp(name, "pairs") == 0) return 0x10000;
    int value = tigetnum((char *)name);
    return value < 0 ? -1 : value;
}

static int true_colour_flag(const char *name) {
    if (strcmp(name, "ccc") == 0) return 0;
    return tigetflag((char *)name) > 0;
}

static int name_count(NCURSES_CONST char *const *names) {
    int count = 0;
    while (names[count] != NULL) count++;
    return count;
}

static void put_strings(struct writer *writer, int strings, size_t size_offset) {
    size_t length = 0;
    for (int index = 0; index < strings; index++) {
        const char *value = true_colour_string(strnames[index]);
        put_short(writer, value == NULL ? -1 : (int)length);
        if (value != NULL) length += strlen(value) + 1;
    }
    for (int index = 0; index < strings; index++) {
        const char *value = true_colour_string(strnames[index]);
        if (value != NULL) put_text(writer, value);
    }
    writer->bytes[size_offset] = (unsigned char)(length & 0xFF);
    writer->bytes[size_offset + 1] = (unsigned char)(length >> 8);
    put_even(writer);
}

static void put_direct_colour_flag(struct writer *writer) {
    int counts[] = { 1, 0, 0, 1, 4 };
    for (int index = 0; index < 5; index++) put_short(writer, counts[index]);
    put_byte(writer, 1);
    put_even(writer);
    put_short(writer, 0);
    put_text(writer, "RGB");
}

static void put_entry(struct writer *writer, const char *type) {
    const int magic_of_32_bit_numbers = 01036;
    int flags = name_count(boolnames), numbers = name_count(numnames), strings = name_count(strnames);
    int header[] = { magic_of_32_bit_numbers, (int)strlen(type) + 1, flags, numbers, strings, 0 };
    for (int index = 0; index < 6; index++) put_short(writer, header[index]);
    put_text(writer, type);
    for (int index = 0; index < flags; index++) put_byte(writer, (unsigned)true_colour_flag(boolnames[index]));
    put_even(writer);
    for (int index = 0; index < numbers; index++) put_number(writer, true_colour_number(numnames[index]));
    put_strings(writer, strings, 10);
    put_direct_colour_flag(writer);
}

int muster_terminfo_truecolor(const char *type, char *value, size_t capacity) {
    static const char digits[] = "0123456789ABCDEF";
    struct writer *writer = calloc(1, sizeof *writer);
    if (writer == NULL) return -1;
    put_entry(writer, type);
    size_t length = 4 + 2 * writer->count;
    int fits = !writer->has_overflowed && length + 1 <= capacity;
    if (fits) {
        memcpy(value, "hex:", 4);
        for (size_t index = 0; index < writer->count; index++) {
            value[4 + 2 * index] = digits[writer->bytes[index] >> 4];
            value[5 + 2 * index] = digits[writer->bytes[index] & 15];
        }
        value[length] = '\0';
    }
    free(writer);
    return fits ? (int)length : -1;
}
