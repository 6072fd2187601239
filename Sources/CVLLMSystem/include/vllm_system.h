// swift-vllm
// SPDX-License-Identifier: Apache-2.0

// What the kernel of the operating system offers: a pool of threads, limits of the container, memory.

#ifndef VLLM_SYSTEM_H
#define VLLM_SYSTEM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// ---------------------------------------------------------------------------------------------------------
// Threads

/// A pool of `threads`, the caller of `vllm_pool_run` being thread 0: threads - 1 are started.
typedef struct vllm_pool vllm_pool;

/// Called once a chunk; chunks are claimed from an atomic counter. `thread` is in [0, threads).
typedef void (*vllm_task)(void *context, int chunk, int thread);

/// NULL if no thread can be started. Pins thread i to the i-th core of the affinity mask if `pin`; the caller
/// is thread 0, and gets its old mask back where it calls vllm_pool_destroy.
vllm_pool *vllm_pool_create(int threads, bool pin);
/// Runs chunks 0…chunks-1 and returns when all are done. One caller at a time.
void vllm_pool_run(vllm_pool *pool, vllm_task task, void *context, int chunks);
int vllm_pool_threads(const vllm_pool *pool);
/// Ends the threads and frees the pool.
void vllm_pool_destroy(vllm_pool *pool);

// ---------------------------------------------------------------------------------------------------------
// Limits

/// Cores that this process may use: physical cores in the affinity mask, at most the cgroup quota rounded up.
int vllm_available_cores(void);
/// True where a cgroup (v1 or v2) CPU quota is set.
bool vllm_has_cpu_quota(void);
/// True where the affinity mask is narrower than the machine.
bool vllm_affinity_is_narrow(void);
/// Bytes of memory this process may still take: the smaller of what the system has free (MemAvailable) and
/// what the cgroup (v1 or v2) leaves.
uint64_t vllm_available_memory(void);
/// Total memory: the smaller of the machine's and the cgroup's limit.
uint64_t vllm_total_memory(void);
/// Resident bytes of this process now, and at its highest.
uint64_t vllm_resident_memory(void);
uint64_t vllm_peak_resident_memory(void);
/// Limits as the files under `root` ("" for the system itself) tell them: /proc/meminfo, /proc/self/cgroup
/// and /sys/fs/cgroup.
typedef struct {
    double cpu_quota;                   // cores; 0: none
    uint64_t memory_limit, memory_left; // bytes; UINT64_MAX: unknown
} vllm_limits;
void vllm_read_limits(const char *root, vllm_limits *limits);
/// The processor's name, as its brand string says it; at most size - 1 characters and a zero.
void vllm_processor_name(char *buffer, size_t size);

// ---------------------------------------------------------------------------------------------------------
// Memory

/// Reserves zeroed memory, aligned to 2 MiB where it is that large, on huge pages where the system grants
/// them on request. Touched on first use. NULL on failure.
void *vllm_memory_map(size_t size);
void vllm_memory_unmap(void *address, size_t size);

/// A file mapped read-only. Returns 0, or errno.
int vllm_file_map(const char *path, const void **address, size_t *size);
void vllm_file_unmap(const void *address, size_t size);
/// Says that the whole pages within the range are not needed any more: they leave this process.
void vllm_memory_release(const void *address, size_t size);
/// Asks the system to read the range ahead.
void vllm_memory_prefetch(const void *address, size_t size);

/// Gives back what the allocator keeps of freed memory, after work that took much of it once.
void vllm_memory_trim(void);

// ---------------------------------------------------------------------------------------------------------
// Files that are written

/// Takes the room for a file's first bytes on the disk. Returns 0, also where the file system cannot, or
/// errno.
int vllm_file_reserve(int file, uint64_t size);
/// Asks the system to begin to write a range to the disk, and waits until what is in front of it is written,
/// so that little is left for fsync.
void vllm_file_flush(int file, uint64_t begin, uint64_t size);

// ---------------------------------------------------------------------------------------------------------
// Checksums

/// CRC-32C (polynomial of Castagnoli; RFC 3720, appendix B.4) of bytes that follow others with the checksum
/// `crc`; 0 where none went before.
uint32_t vllm_crc32c(uint32_t crc, const void *data, size_t size);
/// The same without the processor's instruction, for processors that have none and to test the other.
uint32_t vllm_crc32c_portable(uint32_t crc, const void *data, size_t size);
/// Those of `count` blocks of `block` bytes each (a multiple of 8) that lie one behind the other: faster than
/// one by one.
void vllm_crc32c_blocks(uint32_t *crcs, const void *data, size_t block, size_t count);

#endif
