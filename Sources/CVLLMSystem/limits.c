// swift-vllm
// SPDX-License-Identifier: Apache-2.0

// Limits of the container: control groups v2 (cpu.max, memory.max) and v1 (cpu.cfs_quota_us,
// memory.limit_in_bytes), this process's group and its ancestors. Where the group's path is not to be seen (a
// container without a namespace of its own), the root of the mount is read. Every file may be missing.

#define _GNU_SOURCE
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "include/vllm_system.h"
#include "text.h"

#define TEXT_SIZE 16384
#define UNLIMITED UINT64_MAX
/// v1 writes a limit near 2^63 where there is none.
#define HUGE_LIMIT (1ull << 60)

/// The first number of the file folder/name, or `missing`; "max" is UNLIMITED.
static uint64_t read_number(const char *folder, const char *name, uint64_t missing) {
    char path[2 * PATH_MAX], text[128];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    if (vllm_read_text(path, text, sizeof text) <= 0) return missing;
    if (strncmp(text, "max", 3) == 0) return UNLIMITED;
    char *end = NULL;
    long long value = strtoll(text, &end, 10);
    return end == text ? missing : value < 0 ? UNLIMITED : (uint64_t)value;
}

static void lower_quota(vllm_limits *limits, double quota) {
    if (quota > 0 && (limits->cpu_quota <= 0 || quota < limits->cpu_quota)) limits->cpu_quota = quota;
}

static void read_cpu(const char *folder, vllm_limits *limits) {
    char path[2 * PATH_MAX], text[128];
    snprintf(path, sizeof path, "%s/cpu.max", folder);
    if (vllm_read_text(path, text, sizeof text) > 0) {
        long long quota = 0, period = 0;
        if (sscanf(text, "%lld %lld", &quota, &period) == 2 && quota > 0 && period > 0)
            lower_quota(limits, (double)quota / (double)period);
        return;
    }
    uint64_t quota = read_number(folder, "cpu.cfs_quota_us", UNLIMITED);
    uint64_t period = read_number(folder, "cpu.cfs_period_us", 0);
    if (quota != UNLIMITED && quota > 0 && period > 0 && period != UNLIMITED)
        lower_quota(limits, (double)quota / (double)period);
}

/// Page cache that the group can drop counts as free.
static void read_memory(const char *folder, vllm_limits *limits) {
    uint64_t limit = read_number(folder, "memory.max", 0), used = 0;
    const char *key = "inactive_file ";
    if (limit != 0) {
        used = read_number(folder, "memory.current", 0);
    } else {
        limit = read_number(folder, "memory.limit_in_bytes", UNLIMITED);
        used = read_number(folder, "memory.usage_in_bytes", 0);
        key = "total_inactive_file ";
    }
    if (limit >= HUGE_LIMIT) return;
    char path[2 * PATH_MAX], text[TEXT_SIZE];
    snprintf(path, sizeof path, "%s/memory.stat", folder);
    uint64_t cache = vllm_read_text(path, text, sizeof text) > 0 ? vllm_find_number(text, key, 0) : 0;
    used = used == UNLIMITED ? limit : used > cache ? used - cache : 0;
    uint64_t left = limit > used ? limit - used : 0;
    if (limit < limits->memory_limit) limits->memory_limit = limit;
    if (left < limits->memory_left) limits->memory_left = left;
}

/// Reads the group at mount + path and every ancestor up to the mount.
static void read_group(const char *mount, const char *path, bool cpu, bool memory, vllm_limits *limits) {
    char folder[PATH_MAX + 1];
    if (snprintf(folder, sizeof folder, "%s%s", mount, path) > PATH_MAX) return;
    size_t root = strlen(mount);
    for (int depth = 0; depth < 64; depth++) {
        if (cpu) read_cpu(folder, limits);
        if (memory) read_memory(folder, limits);
        char *slash = strlen(folder) > root ? strrchr(folder, '/') : NULL;
        if (!slash || slash < folder + root) return;
        *slash = 0;
    }
}

/// True where `controllers`, a list between commas, has `name`.
static bool lists(const char *controllers, const char *name) {
    size_t length = strlen(name);
    for (const char *at = controllers; at; at = strchr(at, ',') ? strchr(at, ',') + 1 : NULL)
        if (strncmp(at, name, length) == 0 && (at[length] == ',' || at[length] == 0)) return true;
    return false;
}

/// One line of /proc/self/cgroup: "number:controllers:path".
static void read_line(const char *root, char *line, vllm_limits *limits) {
    char *first = strchr(line, ':'), *second = first ? strchr(first + 1, ':') : NULL, mount[PATH_MAX];
    if (!second) return;
    *second = 0;
    const char *controllers = first + 1, *path = strcmp(second + 1, "/") == 0 ? "" : second + 1;
    if (strstr(path, "..")) path = "";
    if (controllers[0] == 0) {
        snprintf(mount, sizeof mount, "%s/sys/fs/cgroup", root);
        read_group(mount, path, true, true, limits);
        snprintf(mount, sizeof mount, "%s/sys/fs/cgroup/unified", root);
        read_group(mount, path, true, true, limits);
        return;
    }
    bool cpu = lists(controllers, "cpu"), memory = lists(controllers, "memory");
    if (!cpu && !memory) return;
    snprintf(mount, sizeof mount, "%s/sys/fs/cgroup/%s", root, cpu ? "cpu" : "memory");
    read_group(mount, path, cpu, memory, limits);
    if (strcmp(controllers, cpu ? "cpu" : "memory") == 0) return;
    snprintf(mount, sizeof mount, "%s/sys/fs/cgroup/%s", root, controllers);
    read_group(mount, path, cpu, memory, limits);
}

static void read_meminfo(const char *root, vllm_limits *limits) {
    char path[PATH_MAX], text[TEXT_SIZE];
    snprintf(path, sizeof path, "%s/proc/meminfo", root);
    if (vllm_read_text(path, text, sizeof text) <= 0) return;
    uint64_t total = vllm_find_number(text, "MemTotal:", 0),
             free = vllm_find_number(text, "MemAvailable:", 0);
    if (total > 0 && total < HUGE_LIMIT / 1024) limits->memory_limit = total * 1024;
    if (free < HUGE_LIMIT / 1024) limits->memory_left = free * 1024;
}

void vllm_read_limits(const char *root, vllm_limits *limits) {
    *limits = (vllm_limits){.memory_limit = UNLIMITED, .memory_left = UNLIMITED};
    read_meminfo(root, limits);
    char path[PATH_MAX], text[TEXT_SIZE];
    snprintf(path, sizeof path, "%s/proc/self/cgroup", root);
    if (vllm_read_text(path, text, sizeof text) <= 0) return;
    for (char *line = text, *rest = NULL; (line = strtok_r(line, "\n", &rest)); line = NULL)
        read_line(root, line, limits);
}

bool vllm_has_cpu_quota(void) {
    vllm_limits limits;
    vllm_read_limits("", &limits);
    return limits.cpu_quota > 0;
}

uint64_t vllm_available_memory(void) {
    vllm_limits limits;
    vllm_read_limits("", &limits);
    return limits.memory_left == UNLIMITED ? 0 : limits.memory_left;
}

uint64_t vllm_total_memory(void) {
    vllm_limits limits;
    vllm_read_limits("", &limits);
    return limits.memory_limit == UNLIMITED ? 0 : limits.memory_limit;
}

uint64_t vllm_resident_memory(void) {
    char text[256];
    unsigned long long size = 0, resident = 0;
    if (vllm_read_text("/proc/self/statm", text, sizeof text) <= 0) return 0;
    if (sscanf(text, "%llu %llu", &size, &resident) != 2) return 0;
    return resident * (uint64_t)sysconf(_SC_PAGESIZE);
}

uint64_t vllm_peak_resident_memory(void) {
    char text[TEXT_SIZE];
    if (vllm_read_text("/proc/self/status", text, sizeof text) <= 0) return 0;
    return vllm_find_number(text, "VmHWM:", 0) * 1024;
}
