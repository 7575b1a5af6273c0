// io/journal.h -- an HDF5 file driver whose flushes are all or nothing.
// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef FLX_IO_JOURNAL_H
#define FLX_IO_JOURNAL_H

#include <hdf5.h>

// File access properties that select the driver; negative if HDF5 refuses. Close with H5Pclose.
hid_t flx_journal_access(void);

// Whether a file could be opened for writing: 0, or errno; EWOULDBLOCK: another process writes it.
int flx_journal_try(const char *path);

// From now on nothing reaches the disk: the file stays what the last flush made it.
void flx_journal_stop(hid_t file);

// Whether flushes wait until the disk has them (at first they do): without, they outlast the death
// of the process at any moment, but not a loss of power.
void flx_journal_sync(hid_t file, bool sync);

// errno of the first write that failed, 0 if none did.
int flx_journal_error(hid_t file);

#endif
