// swift-vllm
// SPDX-License-Identifier: Apache-2.0

#define _GNU_SOURCE
#include "text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

ssize_t vllm_read_text(const char *path, char *text, size_t size) {
    text[0] = 0;
    int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (file < 0) return -1;
    size_t length = 0;
    while (length + 1 < size) {
        ssize_t got = read(file, text + length, size - 1 - length);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) break;
        length += (size_t)got;
    }
    close(file);
    text[length] = 0;
    return (ssize_t)length;
}

uint64_t vllm_find_number(const char *text, const char *key, uint64_t missing) {
    size_t length = strlen(key);
    for (const char *line = text; line; line = strchr(line, '\n') ? strchr(line, '\n') + 1 : NULL) {
        if (strncmp(line, key, length) != 0) continue;
        char *end = NULL;
        uint64_t value = strtoull(line + length, &end, 10);
        return end != line + length ? value : missing;
    }
    return missing;
}
