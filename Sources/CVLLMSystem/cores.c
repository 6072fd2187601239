// swift-vllm
// SPDX-License-Identifier: Apache-2.0

#define _GNU_SOURCE
#include "cores.h"

#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "include/vllm_system.h"
#include "text.h"

#define MOST_PROCESSORS 8192

/// The affinity mask; false if the system does not say.
static bool read_affinity(cpu_set_t *set, size_t size) {
    memset(set, 0, size);
    return sched_getaffinity(0, size, set) == 0;
}

/// The lowest processor that shares the core of `processor`, by the system's topology; itself if unknown.
static int first_sibling(int processor) {
    char path[128], text[256];
    snprintf(path, sizeof path, "/sys/devices/system/cpu/cpu%d/topology/thread_siblings_list", processor);
    if (vllm_read_text(path, text, sizeof text) <= 0) return processor;
    char *end = NULL;
    long first = strtol(text, &end, 10);
    return end != text && first >= 0 && first < MOST_PROCESSORS ? (int)first : processor;
}

int vllm_list_cores(int *cores, int most) {
    size_t size = CPU_ALLOC_SIZE(MOST_PROCESSORS);
    cpu_set_t *allowed = CPU_ALLOC(MOST_PROCESSORS), *taken = CPU_ALLOC(MOST_PROCESSORS);
    int count = 0;
    if (allowed && taken && read_affinity(allowed, size)) {
        memset(taken, 0, size);
        for (int i = 0; i < MOST_PROCESSORS && count < most; i++) {
            if (!CPU_ISSET_S((size_t)i, size, allowed)) continue;
            int first = first_sibling(i);
            if (CPU_ISSET_S((size_t)first, size, taken)) continue;
            CPU_SET_S((size_t)first, size, taken);
            cores[count++] = i;
        }
    }
    CPU_FREE(allowed);
    CPU_FREE(taken);
    return count;
}

void vllm_pin_thread(int core) {
    size_t size = CPU_ALLOC_SIZE(MOST_PROCESSORS);
    cpu_set_t *set = CPU_ALLOC(MOST_PROCESSORS);
    if (!set) return;
    memset(set, 0, size);
    CPU_SET_S((size_t)core, size, set);
    pthread_setaffinity_np(pthread_self(), size, set);
    CPU_FREE(set);
}

void *vllm_save_affinity(void) {
    size_t size = CPU_ALLOC_SIZE(MOST_PROCESSORS);
    cpu_set_t *set = CPU_ALLOC(MOST_PROCESSORS);
    if (set && read_affinity(set, size)) return set;
    CPU_FREE(set);
    return NULL;
}

void vllm_restore_affinity(void *saved) {
    if (saved) pthread_setaffinity_np(pthread_self(), CPU_ALLOC_SIZE(MOST_PROCESSORS), saved);
    CPU_FREE(saved);
}

bool vllm_affinity_is_narrow(void) {
    size_t size = CPU_ALLOC_SIZE(MOST_PROCESSORS);
    cpu_set_t *set = CPU_ALLOC(MOST_PROCESSORS);
    long online = sysconf(_SC_NPROCESSORS_ONLN);
    bool narrow = set && online > 0 && read_affinity(set, size) && CPU_COUNT_S(size, set) < online;
    CPU_FREE(set);
    return narrow;
}

int vllm_available_cores(void) {
    int *cores = calloc(MOST_PROCESSORS, sizeof *cores);
    int count = cores ? vllm_list_cores(cores, MOST_PROCESSORS) : 0;
    free(cores);
    if (count < 1) {
        long online = sysconf(_SC_NPROCESSORS_ONLN);
        count = online > 0 ? (int)online : 1;
    }
    vllm_limits limits;
    vllm_read_limits("", &limits);
    if (limits.cpu_quota > 0) {
        double quota = limits.cpu_quota;
        int whole = quota >= count ? count : (int)quota;
        if (whole < quota && whole < count) whole++;
        count = whole < 1 ? 1 : whole;
    }
    return count;
}
