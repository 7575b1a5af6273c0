// A writer killed at any moment leaves a file that opens and shows every frame that was completed.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "test_io_sample.h"

#include <errno.h>
#include <hdf5.h>
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <time.h>

static const char path[] = "io_kill.h5";

// The child: frame after frame, each told to the parent when it is done.
static void write_until_killed(int told, int32_t frames, bool traced)
{
    flx_file *file;
    if (sample_create(ctx, path, &s, &file) < 0)
        _exit(1);
    int32_t done = 0;
    if (write(told, &done, sizeof done) != sizeof done)
        _exit(1);
    if (traced)
        raise(SIGSTOP);
    while (done < frames) {
        if (sample_write(file, &s, done) < 0)
            _exit(1);
        done++;
        if (write(told, &done, sizeof done) != sizeof done)
            _exit(1);
    }
    _exit(flx_file_close(file) < 0);
}

// The last number that came through the pipe, -1 if none.
static int32_t last_told(int pipe_end)
{
    int32_t k, last = -1;
    while (read(pipe_end, &k, sizeof k) == sizeof k)
        last = k;
    return last;
}

// Opens what the child left: at least the frames it told of, at most one more, and its rows.
static void check_left(int32_t told)
{
    flx_file *file;
    if (flx_file_open(ctx, path, FLX_FILE_READ, &file) < 0)
        fail_msg("after %d frames: %s", told, flx_ctx_error(ctx));
    int32_t n = flx_file_frame_count(file);
    assert_in_range(n, told, told + 1);
    assert_true(sample_file_holds(file, &s, n));
    flx_file_close(file);
}

static void a_writer_killed_at_a_random_moment_loses_nothing(void **state)
{
    (void)state;
    const char *wish = getenv("FLX_KILLS"); // more than the usual number
    int kills = wish ? atoi(wish) : 25, checked = 0;
    uint32_t seed = 12345;
    for (int k = 0; k < kills; k++) {
        int ends[2];
        assert_int_equal(pipe(ends), 0);
        unlink(path);
        pid_t child = fork();
        if (child == 0)
            write_until_killed(ends[1], 1000000, false);
        close(ends[1]);
        int32_t first;
        assert_int_equal(read(ends[0], &first, sizeof first), sizeof first);
        seed = seed * 1664525u + 1013904223u;
        const struct timespec pause = {0, (long)(seed >> 8) % 60000000};
        nanosleep(&pause, NULL);
        kill(child, SIGKILL);
        waitpid(child, NULL, 0);
        int32_t told = last_told(ends[0]);
        close(ends[0]);
        check_left(told < 0 ? 0 : told);
        checked++;
    }
    assert_int_equal(checked, kills);
}

// Whether any HDF5 program could open the file as it lies there, journal or not.
static bool opens_without_journal(void)
{
    H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
    hid_t file = H5Fopen(path, H5F_ACC_RDONLY, H5P_DEFAULT);
    if (file >= 0)
        H5Fclose(file);
    return file >= 0;
}

// Runs a child to its n-th system call after the file was made, and kills it there. False: it came
// to its end before.
static bool kill_at_call(int n, int32_t frames, int *bare)
{
    int ends[2], how;
    assert_int_equal(pipe(ends), 0);
    unlink(path);
    pid_t child = fork();
    if (child == 0) {
        if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) != 0)
            _exit(2);
        write_until_killed(ends[1], frames, true);
    }
    close(ends[1]);
    waitpid(child, &how, 0);
    if (WIFEXITED(how) && WEXITSTATUS(how) == 2) {
        close(ends[0]);
        skip(); // this machine forbids tracing
    }
    bool alive = WIFSTOPPED(how);
    for (int k = 0; alive && k < n; k++) {
        ptrace(PTRACE_SYSCALL, child, NULL, NULL);
        waitpid(child, &how, 0);
        alive = WIFSTOPPED(how);
    }
    if (alive) {
        kill(child, SIGKILL);
        waitpid(child, &how, 0);
    }
    int32_t told = last_told(ends[0]);
    close(ends[0]);
    *bare += opens_without_journal();
    check_left(told);
    return alive;
}

// Each stop is at the beginning or the end of a call, so every state of the disk is met.
static void a_writer_killed_at_any_system_call_loses_nothing(void **state)
{
    (void)state;
    int n = 0, bare = 0;
    while (kill_at_call(n, 3, &bare))
        n++;
    assert_true(n > 50); // three frames take more than 25 calls
    print_message("killed at %d places, %d of them open without the journal\n", n, bare);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_writer_killed_at_a_random_moment_loses_nothing),
        cmocka_unit_test(a_writer_killed_at_any_system_call_loses_nothing),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
