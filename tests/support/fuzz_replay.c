/* SPDX-License-Identifier: GPL-3.0-or-later */
/* main() of a fuzzer without libFuzzer: replays files (arguments, or the fuzzer's corpus), one TAP line each. */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "fuzz.h"

enum {
    MUTATIONS = 100, /* of each file: the same in every run */
    PREFIXES = 64,
};

int __attribute__((weak)) LLVMFuzzerInitialize(int *argc, char ***argv);

/* Gives an exact copy on the heap, so that the address sanitizer sees a read past its end. */
static void
run(const guint8 *data, gsize size)
{
    g_autofree guint8 *copy = g_memdup2(data, size);
    guint8 nothing = 0;
    LLVMFuzzerTestOneInput(size > 0 ? copy : &nothing, size);
}

static void
run_prefixes(const guint8 *data, gsize size)
{
    const gsize stride = size / PREFIXES + 1;
    for (gsize length = 0; length < size; length += stride)
        run(data, length);
}

static void
run_mutations(const guint8 *data, gsize size)
{
    g_autoptr(GRand) random = g_rand_new_with_seed((guint32) size);
    g_autofree guint8 *copy = g_malloc(size + 1);
    for (int i = 0; i < MUTATIONS && size > 0; i++) {
        memcpy(copy, data, size);
        const int changes = g_rand_int_range(random, 1, 4);
        for (int j = 0; j < changes; j++)
            copy[g_rand_int_range(random, 0, (gint32) size)] = (guint8) g_rand_int_range(random, 0, 256);
        run(copy, size);
    }
}

static bool
replay(const char *path, guint number)
{
    g_autofree char *content = NULL;
    gsize size = 0;
    g_autoptr(GError) error = NULL;
    if (!g_file_get_contents(path, &content, &size, &error)) {
        printf("not ok %u - %s: %s\n", number, path, error->message);
        return false;
    }
    g_autofree char *name = g_path_get_basename(path);
    printf("# %s\n", name); /* a crash is the last name printed */
    fflush(stdout);
    run((const guint8 *) content, size);
    if (size <= 64 * 1024) {
        run_prefixes((const guint8 *) content, size);
        run_mutations((const guint8 *) content, size);
    }
    printf("ok %u - %s\n", number, name);
    return true;
}

static int
compare_paths(gconstpointer a, gconstpointer b)
{
    return strcmp(*(const char *const *) a, *(const char *const *) b);
}

/* tests/fuzz/corpus/NAME for the program fuzz_NAME, in a fixed order. */
static GPtrArray *
list_corpus(const char *program)
{
    GPtrArray *paths = g_ptr_array_new_with_free_func(g_free);
    const char *root = g_getenv("G_TEST_SRCDIR");
    g_autofree char *base = g_path_get_basename(program);
    const char *name = g_str_has_prefix(base, "fuzz_") ? base + strlen("fuzz_") : base;
    g_autofree char *directory = g_build_filename(root != NULL ? root : "tests", "fuzz", "corpus", name, NULL);
    g_autoptr(GDir) dir = g_dir_open(directory, 0, NULL);
    const char *file;
    while (dir != NULL && (file = g_dir_read_name(dir)) != NULL)
        g_ptr_array_add(paths, g_build_filename(directory, file, NULL));
    g_ptr_array_sort(paths, compare_paths);
    return paths;
}

int
main(int argc, char **argv)
{
    if (LLVMFuzzerInitialize != NULL)
        LLVMFuzzerInitialize(&argc, &argv);
    g_autoptr(GPtrArray) paths = NULL;
    if (argc > 1) {
        paths = g_ptr_array_new_with_free_func(g_free);
        for (int i = 1; i < argc; i++)
            g_ptr_array_add(paths, g_strdup(argv[i]));
    } else {
        paths = list_corpus(argv[0]);
    }
    bool passed = paths->len > 0; /* a corpus that is not found is no success */
    printf("1..%u\n", MAX(paths->len, 1));
    if (paths->len == 0)
        printf("not ok 1 - no corpus\n");
    for (guint i = 0; i < paths->len; i++)
        passed = replay(g_ptr_array_index(paths, i), i + 1) && passed;
    return passed ? 0 : 1;
}
