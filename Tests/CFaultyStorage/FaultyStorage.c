#include "CFaultyStorage.h"

#include <limits.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "Platter.h"

// A virtual file system of SQLite over the system's own. Nothing is really synced: what is durable is kept by Platter.c.

/// A file of SQLite: ours first, behind it the system's own.
typedef struct {
    sqlite3_file base;
    /// NULL for a file without a name.
    platter_file *durable;
    /// Whether its first sync also syncs the folder, as the system's does for a new log.
    bool syncs_folder;
    sqlite3_file *real;
} faulty_file;

static struct {
    muster_storage_plan plan;
    sqlite3_vfs *real;
    sqlite3_vfs faulty;
    int64_t counted;
    int32_t checkpoint_pages;
} storage;

static const char *last_part(const char *path) {
    const char *slash = strrchr(path, '/');
    return slash == NULL ? path : slash + 1;
}

static _Noreturn void end_process(int code) {
    platter_settle();
    _exit(code);
}

/// Counts an operation, and says what becomes of it. Does not return if the process ends before it.
static int effect_on(int operation) {
    const muster_storage_plan *plan = &storage.plan;
    if ((plan->operations & operation) == 0) return MUSTER_STORAGE_WORKS;
    storage.counted++;
    if (plan->effect == MUSTER_STORAGE_IS_FULL && storage.counted > plan->number) return MUSTER_STORAGE_IS_FULL;
    if (storage.counted != plan->number) return MUSTER_STORAGE_WORKS;
    if (plan->effect == MUSTER_STORAGE_IS_KILLED) end_process(MUSTER_STORAGE_KILLED);
    return plan->effect;
}

static _Noreturn void lose_power(void) {
    platter_lose_power();
    end_process(MUSTER_STORAGE_POWER_LOST);
}

static sqlite3_file *real(sqlite3_file *file) { return ((faulty_file *)file)->real; }

static int faulty_close(sqlite3_file *file) { return real(file)->pMethods->xClose(real(file)); }

static int faulty_read(sqlite3_file *file, void *bytes, int length, sqlite3_int64 offset) {
    int effect = effect_on(MUSTER_STORAGE_READ);
    if (effect == MUSTER_STORAGE_LOSES_POWER) lose_power();
    if (effect != MUSTER_STORAGE_WORKS) return SQLITE_IOERR_READ;
    return real(file)->pMethods->xRead(real(file), bytes, length, offset);
}

static int write_through(faulty_file *file, const void *bytes, int length, sqlite3_int64 offset) {
    int code = file->real->pMethods->xWrite(file->real, bytes, length, offset);
    if (code == SQLITE_OK && file->durable != NULL) platter_write(file->durable, offset, bytes, (size_t)length);
    return code;
}

static int faulty_write(sqlite3_file *file, const void *bytes, int length, sqlite3_int64 offset) {
    faulty_file *self = (faulty_file *)file;
    switch (effect_on(MUSTER_STORAGE_WRITE)) {
    case MUSTER_STORAGE_FAILS: return SQLITE_IOERR_WRITE;
    case MUSTER_STORAGE_IS_FULL: return SQLITE_FULL;
    case MUSTER_STORAGE_TEARS:
        write_through(self, bytes, (int)platter_draw((uint64_t)length), offset);
        return SQLITE_IOERR_WRITE;
    case MUSTER_STORAGE_LOSES_POWER: write_through(self, bytes, length, offset); lose_power();
    default: return write_through(self, bytes, length, offset);
    }
}

static int faulty_truncate(sqlite3_file *file, sqlite3_int64 length) {
    faulty_file *self = (faulty_file *)file;
    int effect = effect_on(MUSTER_STORAGE_TRUNCATE);
    if (effect != MUSTER_STORAGE_WORKS && effect != MUSTER_STORAGE_LOSES_POWER) return SQLITE_IOERR_TRUNCATE;
    int code = self->real->pMethods->xTruncate(self->real, length);
    if (code == SQLITE_OK && self->durable != NULL) platter_truncate(self->durable, length);
    if (effect == MUSTER_STORAGE_LOSES_POWER) lose_power();
    return code;
}

static int faulty_sync(sqlite3_file *file, int flags) {
    (void)flags;
    faulty_file *self = (faulty_file *)file;
    int effect = effect_on(MUSTER_STORAGE_SYNC);
    if (effect == MUSTER_STORAGE_LOSES_POWER) lose_power();
    if (self->durable == NULL) return SQLITE_OK;
    if (effect != MUSTER_STORAGE_WORKS) {
        platter_fail_sync(self->durable);
        return SQLITE_IOERR_FSYNC;
    }
    platter_sync(self->durable);
    if (self->syncs_folder) platter_sync_folder();
    self->syncs_folder = false;
    return SQLITE_OK;
}

// What is only passed on.
static int faulty_size(sqlite3_file *file, sqlite3_int64 *size) {
    return real(file)->pMethods->xFileSize(real(file), size);
}
static int faulty_lock(sqlite3_file *file, int level) { return real(file)->pMethods->xLock(real(file), level); }
static int faulty_unlock(sqlite3_file *file, int level) { return real(file)->pMethods->xUnlock(real(file), level); }
static int faulty_reserved(sqlite3_file *file, int *result) {
    return real(file)->pMethods->xCheckReservedLock(real(file), result);
}
static int faulty_control(sqlite3_file *file, int operation, void *argument) {
    return real(file)->pMethods->xFileControl(real(file), operation, argument);
}
static int faulty_sector(sqlite3_file *file) { return real(file)->pMethods->xSectorSize(real(file)); }
static int faulty_traits(sqlite3_file *file) { return real(file)->pMethods->xDeviceCharacteristics(real(file)); }
static int faulty_shm_map(sqlite3_file *file, int page, int size, int extends, void volatile **memory) {
    return real(file)->pMethods->xShmMap(real(file), page, size, extends, memory);
}
static int faulty_shm_lock(sqlite3_file *file, int offset, int count, int flags) {
    return real(file)->pMethods->xShmLock(real(file), offset, count, flags);
}
static void faulty_shm_barrier(sqlite3_file *file) { real(file)->pMethods->xShmBarrier(real(file)); }
static int faulty_shm_unmap(sqlite3_file *file, int deletes) {
    return real(file)->pMethods->xShmUnmap(real(file), deletes);
}

/// Version 2: with shared memory, without mapped reads.
static const sqlite3_io_methods methods = {
    2,              faulty_close,    faulty_read,     faulty_write,       faulty_truncate,
    faulty_sync,    faulty_size,     faulty_lock,     faulty_unlock,      faulty_reserved,
    faulty_control, faulty_sector,   faulty_traits,   faulty_shm_map,     faulty_shm_lock,
    faulty_shm_barrier, faulty_shm_unmap, NULL, NULL,
};

static int faulty_open(sqlite3_vfs *vfs, const char *path, sqlite3_file *file, int flags, int *opened) {
    (void)vfs;
    faulty_file *self = (faulty_file *)file;
    memset(self, 0, sizeof *self);
    self->real = (sqlite3_file *)(self + 1);
    int effect = effect_on(MUSTER_STORAGE_OPEN);
    if (effect != MUSTER_STORAGE_WORKS && effect != MUSTER_STORAGE_LOSES_POWER) return SQLITE_CANTOPEN;
    int code = storage.real->xOpen(storage.real, path, self->real, flags, opened);
    if (code == SQLITE_OK && path != NULL) self->durable = platter_open(last_part(path));
    if (effect == MUSTER_STORAGE_LOSES_POWER) lose_power();
    int logs = SQLITE_OPEN_WAL | SQLITE_OPEN_MAIN_JOURNAL | SQLITE_OPEN_SUPER_JOURNAL;
    self->syncs_folder = (flags & SQLITE_OPEN_CREATE) != 0 && (flags & logs) != 0;
    if (self->real->pMethods != NULL) self->base.pMethods = &methods;
    return code;
}

static int faulty_delete(sqlite3_vfs *vfs, const char *path, int syncs_folder) {
    (void)vfs;
    int effect = effect_on(MUSTER_STORAGE_DELETE);
    if (effect != MUSTER_STORAGE_WORKS && effect != MUSTER_STORAGE_LOSES_POWER) return SQLITE_IOERR_DELETE;
    int code = storage.real->xDelete(storage.real, path, 0);
    if (code == SQLITE_OK) platter_delete(last_part(path));
    if (effect == MUSTER_STORAGE_LOSES_POWER) lose_power();
    if (code == SQLITE_OK && syncs_folder) platter_sync_folder();
    return code;
}

/// SQLite calls it for every new connection.
static int set_checkpoint(sqlite3 *connection, const char **message, const struct sqlite3_api_routines *routines) {
    (void)message, (void)routines;
    return sqlite3_wal_autocheckpoint(connection, storage.checkpoint_pages);
}

int muster_storage_checkpoint_behind(int32_t pages) {
    storage.checkpoint_pages = pages;
    return sqlite3_auto_extension((void (*)(void))set_checkpoint);
}

int muster_storage_install(const muster_storage_plan *plan) {
    int code = sqlite3_initialize();
    if (code != SQLITE_OK) return code;
    storage.plan = *plan;
    platter_start(plan->state, plan->platter, plan->seed, plan->starts_clean != 0);
    storage.real = sqlite3_vfs_find(NULL);
    storage.faulty = *storage.real;
    storage.faulty.zName = "faulty";
    storage.faulty.szOsFile = (int)sizeof(faulty_file) + storage.real->szOsFile;
    storage.faulty.xOpen = faulty_open;
    storage.faulty.xDelete = faulty_delete;
    return sqlite3_vfs_register(&storage.faulty, 1);
}

int muster_storage_fired(void) { return storage.plan.number > 0 && storage.counted >= storage.plan.number; }

void muster_storage_settle(void) { platter_settle(); }
