// Calls of the operating system that Swift's C library does not show.
#ifndef LODE_FILES_H
#define LODE_FILES_H

/// Exchanges two paths of one file system in one step; both must exist. 0, or the error number.
int lode_exchange_paths(const char *_Nonnull first, const char *_Nonnull second);

/// Renames unless the new name is taken. 0, or the error number (EEXIST where it is taken).
int lode_rename_if_absent(const char *_Nonnull from, const char *_Nonnull to);

/// Makes everything that was written to the descriptor's file system durable. 0, or the error number.
int lode_sync_file_system(int descriptor);

/// Has bytes that were written to the descriptor begin their way to the disk; does not wait for them, and promises nothing.
void lode_begin_sync(int descriptor, long offset, long count);

#endif
