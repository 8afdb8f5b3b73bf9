// What glibc has for the start of programs, and for what they wrote, and shows only to those who ask for all of GNU, which Swift does not.
#ifndef MUSTER_SPAWNING_H
#define MUSTER_SPAWNING_H

#include <spawn.h>

// Since glibc 2.29: the program begins in this folder.
extern int posix_spawn_file_actions_addchdir_np(posix_spawn_file_actions_t *actions, const char *path);
// Since glibc 2.34: it begins without this file descriptor and every higher one.
extern int posix_spawn_file_actions_addclosefrom_np(posix_spawn_file_actions_t *actions, int from);

// Makes everything that was written to the file system of an open file durable.
extern int syncfs(int fd);

#endif
