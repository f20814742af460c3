// Calls of the operating system that Swift's C library does not show.
#define _GNU_SOURCE
#include "lode_files.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

int lode_exchange_paths(const char *first, const char *second) {
    return renameat2(AT_FDCWD, first, AT_FDCWD, second, RENAME_EXCHANGE) == 0 ? 0 : errno;
}

int lode_rename_if_absent(const char *from, const char *to) {
    return renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) == 0 ? 0 : errno;
}

void lode_begin_sync(int descriptor, long offset, long count) {
    (void)sync_file_range(descriptor, offset, count, SYNC_FILE_RANGE_WRITE);
}

int lode_sync_file_system(int descriptor) { return syncfs(descriptor) == 0 ? 0 : errno; }
