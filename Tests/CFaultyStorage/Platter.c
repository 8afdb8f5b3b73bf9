#include "Platter.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

// What would be on the disk if the power went now. Every change waits in one list, in the order in which it was made,
// until a sync applies it; power loss applies those that the seed draws, and so sectors of an earlier write may land
// without a later one, and the other way round.

enum { SECTOR = 512, NAME = 256, NAMES = 16 };

struct platter_file {
    char name[NAME];
    uint8_t *bytes;
    size_t length;
};

typedef enum { WRITTEN, TRUNCATED, CREATED, DELETED } change_kind;

typedef struct change {
    change_kind kind;
    platter_file *file;
    int64_t offset;
    size_t length;
    uint8_t *bytes;
    struct change *next;
} change;

/// A name in the folder: the file it means now, and the one it means on the platter; either may be NULL.
typedef struct {
    char name[NAME];
    platter_file *cached, *durable;
} link_name;

static struct {
    char state[4096], folder[4096];
    uint64_t seed, drawn;
    link_name names[NAMES];
    int name_count;
    change *first, **end;
} platter;

static void *require(void *memory) {
    if (memory == NULL) abort();
    return memory;
}

// SplitMix64.
uint64_t platter_draw(uint64_t bound) {
    uint64_t z = platter.seed + 0x9e3779b97f4a7c15u * ++platter.drawn;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return (z ^ (z >> 31)) % bound;
}

static link_name *name_of(const char *name) {
    for (int index = 0; index < platter.name_count; index++)
        if (strcmp(platter.names[index].name, name) == 0) return &platter.names[index];
    if (platter.name_count == NAMES || strlen(name) >= NAME) abort();
    link_name *entry = &platter.names[platter.name_count++];
    strcpy(entry->name, name);
    return entry;
}

static platter_file *new_file(const char *name) {
    platter_file *file = require(calloc(1, sizeof *file));
    strcpy(file->name, name);
    return file;
}

static void note(change_kind kind, platter_file *file, int64_t offset, const void *bytes, size_t length) {
    change *new = require(calloc(1, sizeof *new));
    *new = (change){.kind = kind, .file = file, .offset = offset, .length = length};
    if (bytes != NULL) new->bytes = memcpy(require(malloc(length)), bytes, length);
    *platter.end = new;
    platter.end = &new->next;
}

void platter_write(platter_file *file, int64_t offset, const void *bytes, size_t length) {
    if (length > 0) note(WRITTEN, file, offset, bytes, length);
}

void platter_truncate(platter_file *file, int64_t length) { note(TRUNCATED, file, length, NULL, 0); }

void platter_delete(const char *name) {
    link_name *entry = name_of(name);
    if (entry->cached == NULL) return;
    note(DELETED, entry->cached, 0, NULL, 0);
    entry->cached = NULL;
}

// MARK: What lands

static void resize(platter_file *file, size_t length) {
    if (length > file->length) {
        file->bytes = require(realloc(file->bytes, length));
        memset(file->bytes + file->length, 0, length - file->length);
    }
    file->length = length;
}

static void land(platter_file *file, size_t offset, const uint8_t *bytes, size_t length) {
    if (offset + length > file->length) resize(file, offset + length);
    memcpy(file->bytes + offset, bytes, length);
}

static void apply(const change *change) {
    switch (change->kind) {
    case WRITTEN: land(change->file, (size_t)change->offset, change->bytes, change->length); break;
    case TRUNCATED: resize(change->file, (size_t)change->offset); break;
    case CREATED: name_of(change->file->name)->durable = change->file; break;
    case DELETED: name_of(change->file->name)->durable = NULL; break;
    }
}

/// Lands every second sector or so of a write.
static void tear(const change *change) {
    size_t done = 0;
    while (done < change->length) {
        size_t place = (size_t)change->offset + done;
        size_t length = SECTOR - place % SECTOR;
        if (length > change->length - done) length = change->length - done;
        if (platter_draw(2) == 0) land(change->file, place, change->bytes + done, length);
        done += length;
    }
}

/// A quarter of the seeds drops everything and a quarter keeps everything; the others draw change by change.
static void draw(const change *change) {
    uint64_t policy = platter.seed % 4, lot = platter_draw(4);
    if (policy == 0) return;
    if (policy == 1 || lot < 2) return apply(change);
    if (lot == 2 && change->kind == WRITTEN) tear(change);
}

static bool is_of_folder(const change *change) { return change->kind == CREATED || change->kind == DELETED; }

/// Takes the changes of a file, or of the folder if it is NULL, out of the list, and does with each what is to be done.
static void take(const platter_file *file, void (*action)(const change *)) {
    change **link = &platter.first;
    while (*link != NULL) {
        change *current = *link;
        bool is_meant = file == NULL ? is_of_folder(current) : !is_of_folder(current) && current->file == file;
        if (!is_meant) {
            link = &current->next;
            continue;
        }
        action(current);
        *link = current->next;
        free(current->bytes);
        free(current);
    }
    platter.end = link;
}

void platter_sync(platter_file *file) { take(file, apply); }
void platter_sync_folder(void) { take(NULL, apply); }
void platter_fail_sync(platter_file *file) { take(file, draw); }

void platter_lose_power(void) {
    for (const change *each = platter.first; each != NULL; each = each->next) draw(each);
    platter.first = NULL;
    platter.end = &platter.first;
}

// MARK: The folder of the platter

static void path_in(const char *folder, const char *name, char *path, size_t capacity) {
    if ((size_t)snprintf(path, capacity, "%s/%s", folder, name) >= capacity) abort();
}

/// The content of a file; NULL if it is not there.
static uint8_t *content(const char *folder, const char *name, size_t *length) {
    char path[8192];
    path_in(folder, name, path, sizeof path);
    int descriptor = open(path, O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) return NULL;
    off_t size = lseek(descriptor, 0, SEEK_END);
    uint8_t *bytes = require(malloc((size_t)size + 1));
    if (pread(descriptor, bytes, (size_t)size, 0) != size) abort();
    close(descriptor);
    *length = (size_t)size;
    return bytes;
}

/// What the cache has and the platter lacks waits for a sync, sector by sector.
static void note_difference(platter_file *file) {
    size_t length = 0;
    uint8_t *bytes = content(platter.state, file->name, &length);
    if (bytes == NULL) return;
    for (size_t place = 0; place < length; place += SECTOR) {
        size_t count = length - place < SECTOR ? length - place : SECTOR;
        bool is_same = place + count <= file->length && memcmp(bytes + place, file->bytes + place, count) == 0;
        if (!is_same) platter_write(file, (int64_t)place, bytes + place, count);
    }
    if (length < file->length) platter_truncate(file, (int64_t)length);
    free(bytes);
}

void platter_start(const char *state, const char *folder, uint64_t seed, bool starts_clean) {
    path_in(state, "", platter.state, sizeof platter.state);
    path_in(folder, "", platter.folder, sizeof platter.folder);
    platter.seed = seed;
    platter.end = &platter.first;
    DIR *directory = opendir(folder);
    if (directory == NULL) return;
    for (struct dirent *each; (each = readdir(directory)) != NULL;) {
        if (strncmp(each->d_name, "journal.sqlite", 14) != 0) continue;
        link_name *entry = name_of(each->d_name);
        platter_file *file = new_file(each->d_name);
        file->bytes = content(folder, each->d_name, &file->length);
        entry->durable = entry->cached = file;
        char path[8192];
        path_in(state, each->d_name, path, sizeof path);
        if (access(path, F_OK) != 0) platter_delete(each->d_name);
        else if (!starts_clean) note_difference(file);
    }
    closedir(directory);
}

platter_file *platter_open(const char *name) {
    link_name *entry = name_of(name);
    if (entry->cached != NULL) return entry->cached;
    entry->cached = new_file(name);
    note(CREATED, entry->cached, 0, NULL, 0);
    note_difference(entry->cached);
    return entry->cached;
}

void platter_settle(void) {
    for (int index = 0; index < platter.name_count; index++) {
        const platter_file *file = platter.names[index].durable;
        char path[8192];
        path_in(platter.folder, platter.names[index].name, path, sizeof path);
        unlink(path);
        if (file == NULL) continue;
        int descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
        if (descriptor < 0 || write(descriptor, file->bytes, file->length) != (ssize_t)file->length) abort();
        close(descriptor);
    }
}
