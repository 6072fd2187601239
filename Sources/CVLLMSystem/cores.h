// swift-vllm
// SPDX-License-Identifier: Apache-2.0

#ifndef VLLM_CORES_H
#define VLLM_CORES_H

/// Writes up to `most` processors of the affinity mask, one a physical core; returns how many.
int vllm_list_cores(int *cores, int most);
/// Binds the calling thread.
void vllm_pin_thread(int core);
/// The calling thread's affinity mask, or NULL; to be given back by vllm_restore_affinity, which frees it.
void *vllm_save_affinity(void);
/// Sets the calling thread's mask to what was saved, if it was saved.
void vllm_restore_affinity(void *saved);

#endif
