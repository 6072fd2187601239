// swift-vllm
// SPDX-License-Identifier: Apache-2.0

// A pool of threads over an atomic counter of chunks.
//
// `state` packs the run's number (high half) with the chunks that nobody has claimed (low half). A claim is a
// compare-and-swap that takes one from the low half: it fails if another run has begun, and a finished run
// has nothing left to take, so a thread that lagged behind can neither lose nor repeat a chunk. The task's
// fields are written only between runs; whoever read stale ones fails the swap.

#define _GNU_SOURCE
#include <errno.h>
#include <linux/futex.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "cores.h"
#include "include/vllm_system.h"

/// How long a thread looks for work, or the caller for the end of it, before it sleeps.
#define SPIN_NANOSECONDS 50000
/// Pauses between looks at the clock.
#define PAUSES 32

typedef struct {
    vllm_pool *pool;
    pthread_t thread;
    int index;
    int core; // to pin to, or −1
} worker;

struct vllm_pool {
    alignas(64) _Atomic uint64_t state; // run << 32 | chunks left
    alignas(64) _Atomic uint32_t done;  // chunks of this run that were executed
    _Atomic uint32_t caller_waits;
    alignas(64) _Atomic uint32_t epoch; // what sleepers wait on; rises with every run
    _Atomic uint32_t sleepers;
    _Atomic int stop;
    alignas(64) _Atomic(vllm_task) task;
    _Atomic(void *) context;
    _Atomic uint32_t chunks;
    int threads, started;
    worker *workers;
    void *affinity; // the creator's, before it was pinned
};

static inline void relax(void) {
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}

static uint64_t nanoseconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static void futex_wait(_Atomic uint32_t *word, uint32_t value) {
    syscall(SYS_futex, word, FUTEX_WAIT_PRIVATE, value, NULL, NULL, 0);
}

static void futex_wake(_Atomic uint32_t *word, int count) {
    syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, count, NULL, NULL, 0);
}

/// Claims and executes chunks of the current run until none is left.
static void work(vllm_pool *pool, int thread) {
    uint32_t executed = 0;
    uint64_t state = atomic_load_explicit(&pool->state, memory_order_acquire);
    while ((uint32_t)state > 0) {
        vllm_task task = atomic_load_explicit(&pool->task, memory_order_relaxed);
        void *context = atomic_load_explicit(&pool->context, memory_order_relaxed);
        uint32_t chunks = atomic_load_explicit(&pool->chunks, memory_order_relaxed);
        if (!atomic_compare_exchange_weak_explicit(&pool->state, &state, state - 1, memory_order_acq_rel,
                                                   memory_order_acquire))
            continue;
        task(context, (int)(chunks - (uint32_t)state), thread);
        executed++;
        state = atomic_load_explicit(&pool->state, memory_order_acquire);
        // The run cannot have changed: it does not end before this thread's chunks are counted.
    }
    if (executed == 0) return;
    uint32_t chunks = atomic_load_explicit(&pool->chunks, memory_order_relaxed);
    uint32_t done = atomic_fetch_add_explicit(&pool->done, executed, memory_order_seq_cst) + executed;
    if (done == chunks && atomic_load_explicit(&pool->caller_waits, memory_order_seq_cst))
        futex_wake(&pool->done, 1);
}

/// Spins, then sleeps, until there is work, or false at the end of the pool.
static bool wait_for_work(vllm_pool *pool) {
    uint64_t begin = 0;
    for (;;) {
        for (int i = 0; i < PAUSES; i++) {
            if ((uint32_t)atomic_load_explicit(&pool->state, memory_order_acquire) > 0) return true;
            if (atomic_load_explicit(&pool->stop, memory_order_acquire)) return false;
            relax();
        }
        uint64_t now = nanoseconds();
        if (begin == 0) begin = now;
        if (now - begin < SPIN_NANOSECONDS) continue;
        uint32_t epoch = atomic_load_explicit(&pool->epoch, memory_order_seq_cst);
        atomic_fetch_add_explicit(&pool->sleepers, 1, memory_order_seq_cst);
        if ((uint32_t)atomic_load_explicit(&pool->state, memory_order_seq_cst) == 0
            && !atomic_load_explicit(&pool->stop, memory_order_seq_cst))
            futex_wait(&pool->epoch, epoch);
        atomic_fetch_sub_explicit(&pool->sleepers, 1, memory_order_seq_cst);
        begin = 0;
    }
}

static void *worker_main(void *argument) {
    worker *self = argument;
    if (self->core >= 0) vllm_pin_thread(self->core);
    while (wait_for_work(self->pool)) work(self->pool, self->index);
    return NULL;
}

static void wake_sleepers(vllm_pool *pool, int most) {
    atomic_fetch_add_explicit(&pool->epoch, 1, memory_order_seq_cst);
    uint32_t sleepers = atomic_load_explicit(&pool->sleepers, memory_order_seq_cst);
    if (sleepers > 0) futex_wake(&pool->epoch, most);
}

static void wait_for_end(vllm_pool *pool, uint32_t chunks) {
    uint64_t begin = 0;
    for (;;) {
        uint32_t done = 0;
        for (int i = 0; i < PAUSES; i++) {
            done = atomic_load_explicit(&pool->done, memory_order_acquire);
            if (done == chunks) return;
            relax();
        }
        uint64_t now = nanoseconds();
        if (begin == 0) begin = now;
        if (now - begin < SPIN_NANOSECONDS) continue;
        atomic_store_explicit(&pool->caller_waits, 1, memory_order_seq_cst);
        done = atomic_load_explicit(&pool->done, memory_order_seq_cst);
        if (done != chunks) futex_wait(&pool->done, done);
        atomic_store_explicit(&pool->caller_waits, 0, memory_order_seq_cst);
    }
}

void vllm_pool_run(vllm_pool *pool, vllm_task task, void *context, int chunks) {
    if (chunks <= 0) return;
    if (chunks == 1 || pool->threads == 1) {
        for (int chunk = 0; chunk < chunks; chunk++) task(context, chunk, 0);
        return;
    }
    atomic_store_explicit(&pool->task, task, memory_order_relaxed);
    atomic_store_explicit(&pool->context, context, memory_order_relaxed);
    atomic_store_explicit(&pool->chunks, (uint32_t)chunks, memory_order_relaxed);
    atomic_store_explicit(&pool->done, 0, memory_order_relaxed);
    uint64_t run = (atomic_load_explicit(&pool->state, memory_order_relaxed) >> 32) + 1;
    atomic_store_explicit(&pool->state, run << 32 | (uint32_t)chunks, memory_order_seq_cst);
    wake_sleepers(pool, chunks - 1 < pool->threads - 1 ? chunks - 1 : pool->threads - 1);
    work(pool, 0);
    wait_for_end(pool, (uint32_t)chunks);
}

int vllm_pool_threads(const vllm_pool *pool) { return pool->threads; }

void vllm_pool_destroy(vllm_pool *pool) {
    if (!pool) return;
    atomic_store_explicit(&pool->stop, 1, memory_order_seq_cst);
    wake_sleepers(pool, pool->threads);
    for (int i = 0; i < pool->started; i++) pthread_join(pool->workers[i].thread, NULL);
    vllm_restore_affinity(pool->affinity);
    free(pool->workers);
    free(pool);
}

vllm_pool *vllm_pool_create(int threads, bool pin) {
    if (threads < 1) threads = 1;
    vllm_pool *pool = aligned_alloc(64, sizeof *pool);
    worker *workers = calloc((size_t)threads, sizeof *workers);
    int *cores = calloc((size_t)threads, sizeof *cores);
    if (!pool || !workers || !cores) {
        free(pool);
        free(workers);
        free(cores);
        return NULL;
    }
    *pool = (vllm_pool){.threads = threads, .workers = workers};
    int known = pin ? vllm_list_cores(cores, threads) : 0;
    for (int i = 1; i < threads; i++) {
        workers[pool->started] =
            (worker){.pool = pool, .index = i, .core = known > 0 ? cores[i % known] : -1};
        if (pthread_create(&workers[pool->started].thread, NULL, worker_main, &workers[pool->started]) != 0)
            break;
        pool->started++;
    }
    if (pool->started < threads - 1) {
        vllm_pool_destroy(pool);
        pool = NULL;
    } else if (known > 0) {
        pool->affinity = vllm_save_affinity();
        vllm_pin_thread(cores[0]);
    }
    free(cores);
    return pool;
}
