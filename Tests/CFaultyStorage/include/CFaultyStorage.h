#pragma once

#include <stdint.h>

/// What SQLite asks of its storage. A plan counts any union of these.
enum {
    MUSTER_STORAGE_OPEN = 1,
    MUSTER_STORAGE_READ = 2,
    MUSTER_STORAGE_WRITE = 4,
    MUSTER_STORAGE_SYNC = 8,
    MUSTER_STORAGE_TRUNCATE = 16,
    MUSTER_STORAGE_DELETE = 32,
};

/// What becomes of the counted operation.
enum {
    /// Nothing goes wrong.
    MUSTER_STORAGE_WORKS = 0,
    /// It fails, once. After a failed sync nobody can tell what of the data landed: the seed draws it, and a later
    /// sync does not bring back the rest, as Linux does it.
    MUSTER_STORAGE_FAILS = 1,
    /// The disk is full: it and every later write fail.
    MUSTER_STORAGE_IS_FULL = 2,
    /// A write lands in part, then fails.
    MUSTER_STORAGE_TEARS = 3,
    /// The machine loses its power in the middle of it: the process exits at once, and of what was not synced the
    /// platter has what the seed draws.
    MUSTER_STORAGE_LOSES_POWER = 4,
    /// The process is killed before it; what it wrote stays in the cache of the system.
    MUSTER_STORAGE_IS_KILLED = 5,
};

/// The exit codes of a process that lost its power or was killed by its plan.
enum { MUSTER_STORAGE_POWER_LOST = 99, MUSTER_STORAGE_KILLED = 98 };

/// What goes wrong, and when.
typedef struct {
    /// The folder of the database, whose files are the cache of the system.
    const char *state;
    /// The folder with what is durable of them: read at first, if it has files, and written when the process ends.
    const char *platter;
    /// Which operations are counted, over all files together.
    int32_t operations;
    /// The number of the one that goes wrong, from 1.
    int64_t number;
    int32_t effect;
    uint64_t seed;
    /// Whether what the platter lacks at first was given up by a failed sync, so that no later sync brings it there.
    int32_t starts_clean;
} muster_storage_plan;

/// Puts the faulty storage in the place of SQLite's own, for the whole process and once. Returns 0, or SQLite's error.
int muster_storage_install(const muster_storage_plan *plan);

/// Has every new connection of the process checkpoint behind so many pages in the write-ahead log. Returns as above.
int muster_storage_checkpoint_behind(int32_t pages);

/// Whether the plan's operation has been reached.
int muster_storage_fired(void);

/// Writes what is durable to the platter: at the end of a process that no plan ended.
void muster_storage_settle(void);
