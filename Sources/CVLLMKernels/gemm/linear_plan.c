// swift-vllm
// SPDX-License-Identifier: Apache-2.0

// How the panels of a linear are cut into chunks for threads.

#include "../include/vllm_kernels.h"

/// Panels of the busiest thread, if chunks of `grain` go round.
static int busiest(int panels, int grain, int threads) {
    int chunks = (panels + grain - 1) / grain, each = (chunks + threads - 1) / threads;
    int most = each * grain;
    return most < panels ? most : panels;
}

int vllm_linear_panel_grain(const vllm_linear_args *args, int threads) {
    int panels = (args->n + VLLM_PANEL - 1) / VLLM_PANEL, unit = args->gated ? 2 : 1;
    if (panels < unit) return unit;
    if (threads <= 1) return (panels + unit - 1) / unit * unit;
    // Few rows stream eight panels at once, or four; more use tiles of three (in pairs: six) or two.
    int few = args->m <= (args->weight_dtype >= VLLM_DTYPE_I4 ? 2 : 4);
    int widths[] = {few ? 8 : 6, few ? 4 : 2, unit};
    // Several chunks a thread, so that one that lost its core does not hold up the rest.
    int most = panels / (threads * 6), best = 0, least = panels;
    for (int i = 0; i < 3; i++) {
        int width = widths[i], from = i == 0 ? most / width * width : widths[i - 1] - width;
        if (from < width) from = width;
        for (int grain = from; grain >= width; grain -= width) {
            int cost = busiest(panels, grain, threads);
            if (best && cost >= least) continue;
            best = grain;
            least = cost;
        }
        // A matrix too small for whole tiles is cut finer where that balances it better.
        if ((long)least * threads <= panels + panels / 16) break;
    }
    return best;
}
