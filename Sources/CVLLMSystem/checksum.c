// swift-vllm
// SPDX-License-Identifier: Apache-2.0

// CRC-32C: the remainder of a polynomial over GF(2), bits reflected, begun and ended with all ones.
// By the processor's instruction, which takes eight bytes a cycle where three or more checksums run side by
// side (each waits three cycles for its last), or by tables, eight bytes a step.

#include <pthread.h>
#include <stdbool.h>
#include <string.h>

#include "include/vllm_system.h"

#define POLYNOMIAL 0x82f63b78u

static uint32_t tables[8][256]; // tables[i][b]: byte b with i zero bytes behind it

static void make_tables(void) {
    for (uint32_t byte = 0; byte < 256; byte++) {
        uint32_t crc = byte;
        for (int bit = 0; bit < 8; bit++) crc = crc >> 1 ^ (crc & 1 ? POLYNOMIAL : 0);
        tables[0][byte] = crc;
    }
    for (int i = 1; i < 8; i++)
        for (int byte = 0; byte < 256; byte++)
            tables[i][byte] = tables[i - 1][byte] >> 8 ^ tables[0][tables[i - 1][byte] & 0xff];
}

static uint32_t by_tables(uint32_t crc, const uint8_t *data, size_t size) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, make_tables);
    for (; size >= 8; size -= 8, data += 8) {
        uint32_t next = crc
                        ^ ((uint32_t)data[0] | (uint32_t)data[1] << 8 | (uint32_t)data[2] << 16
                           | (uint32_t)data[3] << 24);
        crc = tables[3][data[4]] ^ tables[2][data[5]] ^ tables[1][data[6]] ^ tables[0][data[7]];
        for (int i = 0; i < 4; i++) crc ^= tables[7 - i][next >> (8 * i) & 0xff];
    }
    for (; size > 0; size--) crc = crc >> 8 ^ tables[0][(crc ^ *data++) & 0xff];
    return crc;
}

#if defined(__x86_64__)
#define HARDWARE __attribute__((target("sse4.2")))

static bool has_instruction(void) { return __builtin_cpu_supports("sse4.2"); }

static inline uint64_t load(const uint8_t *data) {
    uint64_t word;
    memcpy(&word, data, sizeof word);
    return word;
}

HARDWARE static uint32_t by_instruction(uint32_t crc, const uint8_t *data, size_t size) {
    uint64_t wide = crc;
    for (; size >= 8; size -= 8, data += 8) wide = __builtin_ia32_crc32di(wide, load(data));
    crc = (uint32_t)wide;
    for (; size > 0; size--) crc = __builtin_ia32_crc32qi(crc, *data++);
    return crc;
}

HARDWARE static void four_by_instruction(uint32_t *crcs, const uint8_t *data, size_t block) {
    uint64_t a = ~0u, b = ~0u, c = ~0u, d = ~0u;
    for (const uint8_t *end = data + block; data < end; data += 8) {
        a = __builtin_ia32_crc32di(a, load(data));
        b = __builtin_ia32_crc32di(b, load(data + block));
        c = __builtin_ia32_crc32di(c, load(data + 2 * block));
        d = __builtin_ia32_crc32di(d, load(data + 3 * block));
    }
    crcs[0] = ~(uint32_t)a, crcs[1] = ~(uint32_t)b, crcs[2] = ~(uint32_t)c, crcs[3] = ~(uint32_t)d;
}
#endif

uint32_t vllm_crc32c(uint32_t crc, const void *data, size_t size) {
#if defined(__x86_64__)
    if (has_instruction()) return ~by_instruction(~crc, data, size);
#endif
    return ~by_tables(~crc, data, size);
}

uint32_t vllm_crc32c_portable(uint32_t crc, const void *data, size_t size) {
    return ~by_tables(~crc, data, size);
}

void vllm_crc32c_blocks(uint32_t *crcs, const void *data, size_t block, size_t count) {
    const uint8_t *from = data;
#if defined(__x86_64__)
    for (; count >= 4 && has_instruction(); count -= 4, crcs += 4, from += 4 * block)
        four_by_instruction(crcs, from, block);
#endif
    for (; count > 0; count--, crcs++, from += block) *crcs = vllm_crc32c(0, from, block);
}
