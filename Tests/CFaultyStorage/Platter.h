#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// One file of the state folder: what is durable of its content. A file that is deleted and created again is another.
typedef struct platter_file platter_file;

/// Starts from the files in the folder of the platter. `starts_clean` as in the plan.
void platter_start(const char *state, const char *platter, uint64_t seed, bool starts_clean);

/// The file that has the name now; notes its creation if the platter does not know it.
platter_file *platter_open(const char *name);
void platter_write(platter_file *file, int64_t offset, const void *bytes, size_t length);
void platter_truncate(platter_file *file, int64_t length);
void platter_delete(const char *name);

/// What has been written to the file is durable now.
void platter_sync(platter_file *file);
/// What has been created and deleted is durable now.
void platter_sync_folder(void);
/// The sync failed: the seed draws what of the file landed, and the rest never will.
void platter_fail_sync(platter_file *file);
/// Draws what of everything not synced landed.
void platter_lose_power(void);
/// Writes the files to the platter's folder.
void platter_settle(void);

/// A number below the bound, from the seed.
uint64_t platter_draw(uint64_t bound);
