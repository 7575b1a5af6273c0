// io/journal.c -- an HDF5 file driver whose flushes are all or nothing.
//
// HDF5 overwrites metadata in place, one block after the other, so a process killed during a flush
// leaves a file that cannot be opened. Here
// - writes beyond the committed end of the file go straight to it: nothing refers to them yet;
// - writes below it are kept in memory (the overlay) until HDF5 flushes the driver;
// - a flush then writes the overlay to PATH-journal, applies it to the file and empties the
// journal;
//   one that is to outlast a loss of power syncs the disk before, between and after these steps.
// Killed before the journal is whole, the file is that of the flush before; killed later, whoever
// opens the file next through this driver finishes the work (or, without the right to write, reads
// through the journal). This is the redo log of databases: Mohan et al., ACM TODS 17, 94 (1992).
// The journal is locked while a writer lives, so that there is one writer at a time and readers
// know whether to wait or to repair. The file itself is ordinary HDF5; the driver leaves no trace
// in it. (Without all this, with HDF5's cache told to write nothing between flushes, 13 of 200
// writers killed at random moments left a file that did not open or lacked frames.)
// SPDX-License-Identifier: GPL-3.0-or-later
#include "io/journal.h"

#include "base/base.h"
#include "io/posix.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#if H5_VERSION_GE(1, 13, 0)
#include <H5FDdevelop.h>
#endif

enum {
    // Bytes at the start of a file that tell which state it is in: the superblock, and no more, for
    // a flush replaces it by one write, but the object header behind it by another.
    SUPERBLOCK = 48,
    PATIENCE = 2000 // milliseconds a reader waits for a writer's flush
};

static const char magic[8] = {'F', 'L', 'X', 'J', 'R', 'N', 'L', '1'};

// A block of the overlay; in the journal it is preceded by these two numbers.
typedef struct block_head {
    uint64_t address, size;
} block_head;

typedef struct block {
    block_head head;
    unsigned char *data; // owned
} block;

typedef struct journal_head {
    char magic[8];
    uint64_t n_block, bytes; // of all that follows
    uint64_t hash;           // of all that follows
    uint64_t before, after;  // hash of the first SUPERBLOCK bytes of the file before and after
} journal_head;

typedef struct driver {
    H5FD_t pub; // what HDF5 sees; must come first
    int fd;
    bool writable, stopped;
    bool sync;         // flushes wait for the disk
    bool keep_journal; // it holds what the file still lacks
    int error;         // errno of the first failed write
    haddr_t eoa, eof;  // end of the address space HDF5 uses; end of the file
    haddr_t committed; // end of the file at the last flush
    char *journal;     // owned: path of the journal
    int journal_fd;    // of a writer: open and locked as long as the file is; -1: reader
    block *blocks;     // [n_block] overlay in order of writing
    size_t n_block, capacity;
    dev_t device;
    ino_t inode;
} driver;

static herr_t write_failed(driver *d)
{
    if (d->error == 0)
        d->error = errno;
    return -1;
}

static void clear_overlay(driver *d)
{
    for (size_t k = 0; k < d->n_block; k++)
        flx_free(d->blocks[k].data);
    d->n_block = 0;
}

static bool add_block(driver *d, uint64_t address, const void *data, size_t size)
{
    // The same block again: the usual case, e.g. the superblock or a growing chunk.
    for (size_t k = d->n_block; k-- > 0;) {
        block_head *h = &d->blocks[k].head;
        if (h->address == address && h->size == size) {
            memcpy(d->blocks[k].data, data, size);
            return true;
        }
        if (h->address < address + size && address < h->address + h->size)
            break; // partly overlapping: the later one must stay later
    }
    if (d->n_block == d->capacity) {
        size_t capacity = 2 * d->capacity + 16;
        block *grown = flx_realloc(NULL, d->blocks, d->n_block, capacity, sizeof *grown);
        if (!grown)
            return false;
        d->blocks = grown;
        d->capacity = capacity;
    }
    unsigned char *copy = flx_alloc(NULL, size, 1);
    if (!copy)
        return false;
    memcpy(copy, data, size);
    d->blocks[d->n_block++] = (block){{address, size}, copy};
    return true;
}

// The first bytes of the file as the overlay would leave them.
static uint64_t superblock_hash(const driver *d, bool with_overlay)
{
    unsigned char head[SUPERBLOCK] = {0};
    if (flx_read_at(d->fd, head, sizeof head, 0) < 0)
        return 0;
    for (size_t k = 0; with_overlay && k < d->n_block; k++) {
        const block *b = &d->blocks[k];
        if (b->head.address < SUPERBLOCK) {
            size_t n = SUPERBLOCK - (size_t)b->head.address;
            memcpy(head + b->head.address, b->data, b->head.size < n ? (size_t)b->head.size : n);
        }
    }
    return flx_hash_bytes(head, sizeof head, 0);
}

static bool apply_overlay(const driver *d, int fd)
{
    for (size_t k = 0; k < d->n_block; k++) {
        const block *b = &d->blocks[k];
        if (!flx_write_at(fd, b->data, (size_t)b->head.size, (off_t)b->head.address))
            return false;
    }
    return true;
}

// A process that is killed leaves all that it wrote to the system: only a loss of power needs this.
static bool sync_disk(const driver *d, int fd)
{
    return !d->sync || fdatasync(fd) == 0;
}

static bool write_journal(const driver *d)
{
    journal_head head = {.n_block = d->n_block,
                         .before = superblock_hash(d, false),
                         .after = superblock_hash(d, true)};
    memcpy(head.magic, magic, sizeof magic);
    // The head comes last: without it the journal is not one.
    int fd = d->journal_fd;
    off_t at = (off_t)sizeof head;
    bool good = true;
    for (size_t k = 0; good && k < d->n_block; k++) {
        const block *b = &d->blocks[k];
        head.hash = flx_hash_bytes(&b->head, sizeof b->head, head.hash);
        head.hash = flx_hash_bytes(b->data, (size_t)b->head.size, head.hash);
        good = flx_write_at(fd, &b->head, sizeof b->head, at) &&
               flx_write_at(fd, b->data, (size_t)b->head.size, at + (off_t)sizeof b->head);
        at += (off_t)(sizeof b->head + b->head.size);
    }
    head.bytes = (uint64_t)at - sizeof head;
    return good && flx_write_at(fd, &head, sizeof head, 0) && sync_disk(d, fd);
}

static bool commit(driver *d)
{
    if (!sync_disk(d, d->fd))
        return false;
    if (d->n_block > 0) {
        if (!write_journal(d)) {
            int reason = errno;
            bool emptied = ftruncate(d->journal_fd, 0) == 0;
            errno = emptied ? reason : errno;
            return false;
        }
        // From here on a failure leaves the journal for the next who opens the file.
        if (!apply_overlay(d, d->fd) || !sync_disk(d, d->fd) || ftruncate(d->journal_fd, 0) != 0) {
            d->keep_journal = true;
            return false;
        }
    }
    clear_overlay(d);
    d->committed = d->eof;
    return true;
}

// Opens the journal of a file and locks it, which only one process can: the writer, or who repairs.
// -1: errno says why, EWOULDBLOCK if another has it.
static int lock_journal(const char *journal, int flags)
{
    for (;;) {
        struct stat info;
        int fd = open(journal, flags, 0666);
        if (fd < 0)
            return -1;
        // A file system without locks is used without.
        if (flock(fd, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) {
            close(fd);
            errno = EWOULDBLOCK;
            return -1;
        }
        if (fstat(fd, &info) == 0 && info.st_nlink > 0)
            return fd;
        close(fd); // its writer removed it meanwhile
    }
}

int flx_journal_try(const char *path)
{
    char *journal = flx_format(NULL, "%s-journal", path);
    if (!journal)
        return ENOMEM;
    int fd = lock_journal(journal, O_RDWR | O_CREAT);
    int reason = fd < 0 ? errno : 0;
    if (fd >= 0)
        close(fd);
    flx_free(journal);
    return reason;
}

// Takes a journal apart into the overlay; false if it is not whole.
static bool parse_journal(driver *d, const unsigned char *text, size_t size)
{
    journal_head head;
    if (size < sizeof head)
        return false;
    memcpy(&head, text, sizeof head);
    text += sizeof head;
    size -= sizeof head;
    if (memcmp(head.magic, magic, sizeof magic) != 0 || head.bytes != size)
        return false;
    uint64_t hash = 0, n = 0;
    for (size_t at = 0; at < size; n++) {
        block_head b;
        if (size - at < sizeof b)
            return false;
        memcpy(&b, text + at, sizeof b);
        at += sizeof b;
        if (b.size > size - at || b.address > INT64_MAX - b.size)
            return false;
        hash = flx_hash_bytes(&b, sizeof b, hash);
        hash = flx_hash_bytes(text + at, (size_t)b.size, hash);
        if (!add_block(d, b.address, text + at, (size_t)b.size))
            return false;
        at += (size_t)b.size;
    }
    uint64_t present = superblock_hash(d, false);
    return n == head.n_block && hash == head.hash &&
           (present == head.before || present == head.after);
}

// Finishes a flush that was interrupted, given the locked journal. One that is not whole, or of
// another file, is ignored. True if nothing of it is needed any more.
static bool recover(driver *d, const char *path)
{
    size_t size = 0;
    unsigned char *text = flx_read_file(NULL, d->journal, &size);
    if (!text)
        return false;
    bool whole = parse_journal(d, text, size);
    flx_free(text);
    if (!whole) {
        clear_overlay(d);
        return true;
    }
    // Without the right to write the file is read through the overlay.
    int fd = open(path, O_RDWR);
    bool done = fd >= 0 && apply_overlay(d, fd) && fdatasync(fd) == 0;
    if (fd >= 0)
        close(fd);
    if (done)
        clear_overlay(d);
    return done;
}

// A reader finds a journal: if its writer is dead the work is finished, if it lives it is given
// time to end its flush.
static void meet_journal(driver *d, const char *path)
{
    for (int k = 0; k < PATIENCE; k++) {
        struct stat info;
        int fd = lock_journal(d->journal, O_RDONLY);
        if (fd >= 0) {
            if (recover(d, path))
                unlink(d->journal);
            close(fd);
            return;
        }
        if (errno != EWOULDBLOCK || stat(d->journal, &info) != 0 || info.st_size == 0)
            return;
        nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
    }
}

static H5FD_t *driver_open(const char *name, unsigned flags, hid_t access, haddr_t max_address)
{
    (void)access;
    (void)max_address;
    int how = flags & H5F_ACC_RDWR ? O_RDWR : O_RDONLY;
    how |= flags & H5F_ACC_TRUNC ? O_TRUNC : 0;
    how |= flags & H5F_ACC_CREAT ? O_CREAT : 0;
    how |= flags & H5F_ACC_EXCL ? O_EXCL : 0;
    driver *d = FLX_NEW(NULL, driver);
    if (!d)
        return NULL;
    struct stat info;
    d->fd = d->journal_fd = -1;
    d->writable = (flags & H5F_ACC_RDWR) != 0;
    d->sync = true;
    d->journal = flx_format(NULL, "%s-journal", name);
    if (!d->journal)
        goto fail;
    if (d->writable) {
        // The lock comes before the file is touched.
        d->journal_fd = lock_journal(d->journal, O_RDWR | O_CREAT);
        if (d->journal_fd < 0)
            goto fail;
    }
    d->fd = open(name, how, 0666);
    if (d->fd < 0)
        goto fail;
    if (!d->writable)
        meet_journal(d, name);
    else if ((!(flags & H5F_ACC_TRUNC) && !recover(d, name)) || ftruncate(d->journal_fd, 0) != 0)
        goto fail;
    if (fstat(d->fd, &info) != 0 || info.st_size < 0)
        goto fail;
    d->eof = d->committed = (haddr_t)info.st_size;
    d->device = info.st_dev;
    d->inode = info.st_ino;
    return &d->pub;
fail:
    if (d->fd >= 0)
        close(d->fd);
    if (d->journal_fd >= 0)
        close(d->journal_fd);
    clear_overlay(d);
    flx_free(d->blocks);
    flx_free(d->journal);
    flx_free(d);
    return NULL;
}

static herr_t driver_close(H5FD_t *file)
{
    driver *d = (driver *)file;
    int closed = close(d->fd);
    if (d->journal_fd >= 0) {
        if (!d->keep_journal)
            unlink(d->journal);
        close(d->journal_fd);
    }
    clear_overlay(d);
    flx_free(d->blocks);
    flx_free(d->journal);
    flx_free(d);
    return closed == 0 ? 0 : -1;
}

static int driver_compare(const H5FD_t *a, const H5FD_t *b)
{
    const driver *p = (const driver *)a, *q = (const driver *)b;
    if (p->device != q->device)
        return p->device < q->device ? -1 : 1;
    return p->inode < q->inode ? -1 : p->inode > q->inode;
}

static herr_t driver_query(const H5FD_t *file, unsigned long *flags)
{
    (void)file;
    *flags = H5FD_FEAT_AGGREGATE_METADATA | H5FD_FEAT_ACCUMULATE_METADATA | H5FD_FEAT_DATA_SIEVE |
             H5FD_FEAT_AGGREGATE_SMALLDATA;
    return 0;
}

static haddr_t driver_get_eoa(const H5FD_t *file, H5FD_mem_t type)
{
    (void)type;
    return ((const driver *)file)->eoa;
}

static herr_t driver_set_eoa(H5FD_t *file, H5FD_mem_t type, haddr_t address)
{
    (void)type;
    ((driver *)file)->eoa = address;
    return 0;
}

static haddr_t driver_get_eof(const H5FD_t *file, H5FD_mem_t type)
{
    (void)type;
    return ((const driver *)file)->eof;
}

static herr_t driver_handle(H5FD_t *file, hid_t access, void **handle)
{
    (void)access;
    *handle = file;
    return 0;
}

static herr_t driver_read(H5FD_t *file, H5FD_mem_t type, hid_t transfer, haddr_t address,
                          size_t size, void *buffer)
{
    (void)type;
    (void)transfer;
    const driver *d = (const driver *)file;
    if (address > INT64_MAX - size)
        return -1;
    // What lies beyond the end of the file reads as zero.
    ssize_t got = flx_read_at(d->fd, buffer, size, (off_t)address);
    if (got < 0)
        return -1;
    memset((char *)buffer + got, 0, size - (size_t)got);
    for (size_t k = 0; k < d->n_block; k++) {
        const block *b = &d->blocks[k];
        haddr_t from = address > b->head.address ? address : b->head.address;
        haddr_t end = b->head.address + b->head.size;
        if (end > address + size)
            end = address + size;
        if (from < end)
            memcpy((char *)buffer + (from - address), b->data + (from - b->head.address),
                   (size_t)(end - from));
    }
    return 0;
}

static herr_t driver_write(H5FD_t *file, H5FD_mem_t type, hid_t transfer, haddr_t address,
                           size_t size, const void *buffer)
{
    (void)type;
    (void)transfer;
    driver *d = (driver *)file;
    if (d->stopped)
        return 0;
    if (!d->writable || address > INT64_MAX - size)
        return -1;
    const unsigned char *data = buffer;
    size_t old = 0;
    if (address < d->committed) {
        old = d->committed - address < size ? (size_t)(d->committed - address) : size;
        if (!add_block(d, address, data, old))
            return -1;
    }
    if (size > old && !flx_write_at(d->fd, data + old, size - old, (off_t)(address + old)))
        return write_failed(d);
    if (address + size > d->eof)
        d->eof = address + size;
    return 0;
}

static herr_t driver_truncate(H5FD_t *file, hid_t transfer, hbool_t closing)
{
    (void)transfer;
    (void)closing;
    driver *d = (driver *)file;
    // The file may only grow here: shrinking it would touch what the last flush refers to.
    if (d->stopped || !d->writable || d->eoa <= d->eof)
        return 0;
    if (ftruncate(d->fd, (off_t)d->eoa) != 0)
        return write_failed(d);
    d->eof = d->eoa;
    return 0;
}

static herr_t driver_flush(H5FD_t *file, hid_t transfer, hbool_t closing)
{
    (void)transfer;
    (void)closing;
    driver *d = (driver *)file;
    if (d->stopped || !d->writable)
        return 0;
    return commit(d) ? 0 : write_failed(d);
}

static const H5FD_class_t driver_class = {
#if H5_VERSION_GE(1, 13, 0)
    .version = H5FD_CLASS_VERSION,
    .value = (H5FD_class_value_t)600,
#endif
    .name = "fluxoid_journal",
    .maxaddr = (haddr_t)INT64_MAX,
    .fc_degree = H5F_CLOSE_WEAK,
    .open = driver_open,
    .close = driver_close,
    .cmp = driver_compare,
    .query = driver_query,
    .get_eoa = driver_get_eoa,
    .set_eoa = driver_set_eoa,
    .get_eof = driver_get_eof,
    .get_handle = driver_handle,
    .read = driver_read,
    .write = driver_write,
    .flush = driver_flush,
    .truncate = driver_truncate,
    .fl_map = H5FD_FLMAP_DICHOTOMY,
};

// Format 1.8: HDF5 reads damaged headers of the older one out of bounds, those of 1.8 carry
// checksums; later ones mark a file as open and leave the mark when the writer is killed.
hid_t flx_journal_access(void)
{
    static hid_t driver_id = -1;
    if (H5Iget_type(driver_id) != H5I_VFL)
        driver_id = H5FDregister(&driver_class);
    hid_t access = driver_id < 0 ? -1 : H5Pcreate(H5P_FILE_ACCESS);
    if (access >= 0 && (H5Pset_driver(access, driver_id, NULL) < 0 ||
                        H5Pset_fclose_degree(access, H5F_CLOSE_STRONG) < 0 ||
                        H5Pset_libver_bounds(access, H5F_LIBVER_V18, H5F_LIBVER_V18) < 0)) {
        H5Pclose(access);
        return -1;
    }
    return access;
}

void flx_journal_stop(hid_t file)
{
    void *handle = NULL;
    if (H5Fget_vfd_handle(file, H5P_DEFAULT, &handle) >= 0 && handle)
        ((driver *)handle)->stopped = true;
}

void flx_journal_sync(hid_t file, bool sync)
{
    void *handle = NULL;
    if (H5Fget_vfd_handle(file, H5P_DEFAULT, &handle) >= 0 && handle)
        ((driver *)handle)->sync = sync;
}

int flx_journal_error(hid_t file)
{
    void *handle = NULL;
    bool known = H5Fget_vfd_handle(file, H5P_DEFAULT, &handle) >= 0 && handle;
    return known ? ((driver *)handle)->error : 0;
}
