// swift-vllm
// SPDX-License-Identifier: Apache-2.0

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#if defined(__GLIBC__)
#include <malloc.h>
#endif
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "include/vllm_system.h"

#define HUGE_PAGE ((size_t)2 << 20)

static size_t page_size(void) { return (size_t)sysconf(_SC_PAGESIZE); }

static size_t whole_pages(size_t size) { return (size + page_size() - 1) / page_size() * page_size(); }

static void *map(size_t size) {
    void *address =
        mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    return address == MAP_FAILED ? NULL : address;
}

void *vllm_memory_map(size_t size) {
    if (size == 0) size = 1;
    if (size > SIZE_MAX / 2) return NULL;
    size = whole_pages(size);
    if (size < HUGE_PAGE) return map(size);
    char *address = map(size + HUGE_PAGE);
    if (!address) return NULL;
    size_t before = (HUGE_PAGE - (uintptr_t)address % HUGE_PAGE) % HUGE_PAGE;
    if (before > 0) munmap(address, before);
    munmap(address + before + size, HUGE_PAGE - before);
    madvise(address + before, size, MADV_HUGEPAGE);
    return address + before;
}

void vllm_memory_unmap(void *address, size_t size) {
    if (address) munmap(address, whole_pages(size == 0 ? 1 : size));
}

int vllm_file_map(const char *path, const void **address, size_t *size) {
    *address = NULL;
    *size = 0;
    // Opening a pipe that nobody writes must not block.
    int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK), error = 0;
    if (file < 0) return errno;
    struct stat info;
    if (fstat(file, &info) != 0) {
        error = errno;
    } else if (!S_ISREG(info.st_mode)) {
        error = S_ISDIR(info.st_mode) ? EISDIR : EINVAL;
    } else if ((uint64_t)info.st_size > SIZE_MAX) {
        error = EFBIG;
    } else if (info.st_size > 0) {
        void *mapped = mmap(NULL, (size_t)info.st_size, PROT_READ, MAP_SHARED, file, 0);
        if (mapped == MAP_FAILED) error = errno;
        else *address = mapped, *size = (size_t)info.st_size;
    }
    close(file);
    return error;
}

void vllm_file_unmap(const void *address, size_t size) {
    if (address && size > 0) munmap((void *)(uintptr_t)address, size);
}

void vllm_memory_release(const void *address, size_t size) {
    uintptr_t page = page_size(), begin = ((uintptr_t)address + page - 1) / page * page;
    uintptr_t end = ((uintptr_t)address + size) / page * page;
    if (address && end > begin) madvise((void *)begin, end - begin, MADV_DONTNEED);
}

void vllm_memory_prefetch(const void *address, size_t size) {
    uintptr_t page = page_size(), begin = (uintptr_t)address / page * page, end = (uintptr_t)address + size;
    if (address && size > 0) madvise((void *)begin, end - begin, MADV_WILLNEED);
}

void vllm_memory_trim(void) {
#if defined(__GLIBC__)
    malloc_trim(0);
#endif
}

int vllm_file_reserve(int file, uint64_t size) {
    if (size > INT64_MAX) return EFBIG;
    while (fallocate(file, 0, 0, (off_t)size) != 0) {
        if (errno == EINTR) continue;
        return errno == EOPNOTSUPP || errno == ENOSYS ? 0 : errno;
    }
    return 0;
}

void vllm_file_flush(int file, uint64_t begin, uint64_t size) {
    sync_file_range(file, (off_t)begin, (off_t)size, SYNC_FILE_RANGE_WRITE);
    // A size of 0 would mean up to the end.
    if (begin > 0) sync_file_range(file, 0, (off_t)begin, SYNC_FILE_RANGE_WAIT_BEFORE);
}
