// swift-vllm
// SPDX-License-Identifier: Apache-2.0

#define _GNU_SOURCE
#include <stdio.h>
#include <string.h>

#include "include/vllm_system.h"

#if defined(__x86_64__)
#include <cpuid.h>

void vllm_processor_name(char *buffer, size_t size) {
    unsigned int words[13] = {};
    if (size == 0) return;
    if (__get_cpuid_max(0x80000000u, NULL) >= 0x80000004u)
        for (unsigned int i = 0; i < 3; i++)
            __get_cpuid(0x80000002u + i, &words[4 * i], &words[4 * i + 1], &words[4 * i + 2],
                        &words[4 * i + 3]);
    const char *name = (const char *)words;
    while (*name == ' ') name++;
    size_t length = strlen(name);
    while (length > 0 && name[length - 1] == ' ') length--;
    if (length > size - 1) length = size - 1;
    memcpy(buffer, name, length);
    buffer[length] = 0;
}

#else

#include "text.h"

void vllm_processor_name(char *buffer, size_t size) {
    char text[16384];
    if (size == 0) return;
    buffer[0] = 0;
    if (vllm_read_text("/proc/cpuinfo", text, sizeof text) <= 0) return;
    char *line = strstr(text, "model name"), *name = line ? strchr(line, ':') : NULL;
    if (!name) return;
    name += strspn(name, ": \t");
    name[strcspn(name, "\n")] = 0;
    snprintf(buffer, size, "%s", name);
}

#endif
